package run

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"sseserver/bench/internal/attack"
	"sseserver/bench/internal/field"
	"sseserver/bench/internal/host"
)

// NoAttack is the step of the scenario fair that the others are compared with.
const NoAttack = "none"

// attackNames are the steps of the scenario fair.
func attackNames() []string {
	names := []string{NoAttack}
	for _, a := range attack.All() {
		names = append(names, a.Name)
	}
	return names
}

// fair attacks the server for the window, and returns what that did to it. What
// it did to the other clients, sseload knows.
func (b *Bench) fair(ctx context.Context, s Scenario, running *field.Running) *FairResult {
	result := &FairResult{}
	memory := watchSockets(running.Addr())
	if s.Attack == NoAttack {
		select {
		case <-time.After(s.Window - settle):
		case <-ctx.Done():
		}
	} else if err := b.attack(ctx, s, running, &result.Attacker); err != nil {
		result.Error = err.Error()
	}
	all, servers := memory.stop()
	peak, err := host.PeakRSS(running.PID())
	if err != nil {
		result.Error = err.Error()
	}
	const mib = 1 << 20
	result.PeakRSS, result.TCP, result.ServerTCP = float64(peak)/mib, float64(all)/mib, float64(servers)/mib
	return result
}

// attack runs the attacker, a process of its own. It shares the client's core
// and gets only what the client leaves of it.
func (b *Bench) attack(ctx context.Context, s Scenario, running *field.Running, tally *attack.Tally) error {
	file := filepath.Join(b.Workshop.Dir, "attack.json")
	if err := os.RemoveAll(file); err != nil {
		return fmt.Errorf("run: %w", err)
	}
	args := slices.Concat(b.Attacker, []string{"--duration", (s.Window - settle).String(), "--json", file, s.Attack, running.Base})
	attacker, err := host.Start(b.ClientCore, host.Command{Args: args, Idle: true})
	if err != nil {
		return err
	}
	defer attacker.Stop()
	if err := attacker.Wait(ctx); err != nil {
		return fmt.Errorf("run: attacker: %w", err)
	}
	text, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(text, tally)
	}
	if err != nil {
		return fmt.Errorf("run: the attacker's report: %w", err)
	}
	return nil
}

// socketsPause is the time between two looks at the kernel's memory.
const socketsPause = 250 * time.Millisecond

// socketWatch looks at the kernel's memory for TCP until stop.
type socketWatch struct {
	quit         chan struct{}
	done         sync.WaitGroup
	all, servers int64 // most bytes, of all above what they were first; to be read after done
}

func watchSockets(addr string) *socketWatch {
	w := &socketWatch{quit: make(chan struct{})}
	before, _ := host.TCPMemory()
	w.done.Go(func() {
		ticks := time.NewTicker(socketsPause)
		defer ticks.Stop()
		for {
			if all, err := host.TCPMemory(); err == nil {
				w.all = max(w.all, all-before)
			}
			if servers, err := host.SocketMemory(addr); err == nil {
				w.servers = max(w.servers, servers)
			}
			select {
			case <-ticks.C:
			case <-w.quit:
				return
			}
		}
	})
	return w
}

func (w *socketWatch) stop() (all, servers int64) {
	close(w.quit)
	w.done.Wait()
	return w.all, w.servers
}
