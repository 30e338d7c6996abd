package run

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"sseserver/bench/internal/field"
)

// sight is what our server says of itself at one moment.
type sight struct {
	goroutines, streams int
	rssMiB              int
}

// lookAt reads the server's metrics.
func lookAt(ctx context.Context, running *field.Running) (sight, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, running.Admin+"/metrics", nil)
	if err != nil {
		return sight{}, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return sight{}, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return sight{}, fmt.Errorf("run: metrics: %s", response.Status)
	}
	return parseMetrics(response.Body)
}

// parseMetrics picks what a sight needs out of Prometheus's text format.
//
//	sseserver_streams_active{kind="characters"} 5000
func parseMetrics(text io.Reader) (sight, error) {
	var s sight
	lines := bufio.NewScanner(text)
	for lines.Scan() {
		name, number, found := strings.Cut(lines.Text(), " ")
		name, _, _ = strings.Cut(name, "{")
		switch name {
		case "go_goroutines", "sseserver_streams_active", "process_resident_memory_bytes":
		default:
			continue
		}
		n, err := strconv.ParseFloat(number, 64)
		if !found || err != nil {
			return s, fmt.Errorf("run: metric %q", lines.Text())
		}
		switch name {
		case "go_goroutines":
			s.goroutines = int(n)
		case "sseserver_streams_active":
			s.streams += int(n) // of every kind
		case "process_resident_memory_bytes":
			s.rssMiB = int(n) >> 20
		}
	}
	return s, lines.Err()
}

// watcher looks once a second, until stop.
type watcher struct {
	cancel context.CancelFunc
	done   sync.WaitGroup
	seen   []sight // to be read after done
}

func watch(running *field.Running) *watcher {
	ctx, cancel := context.WithCancel(context.Background())
	w := &watcher{cancel: cancel}
	w.done.Go(func() {
		ticks := time.NewTicker(time.Second)
		defer ticks.Stop()
		for {
			select {
			case <-ticks.C:
			case <-ctx.Done():
				return
			}
			if s, err := lookAt(ctx, running); err == nil {
				w.seen = append(w.seen, s)
			}
		}
	})
	return w
}

func (w *watcher) stop() []sight {
	w.cancel()
	w.done.Wait()
	return w.seen
}
