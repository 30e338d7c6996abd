package host

import (
	"context"
	"errors"
	"os/exec"
	"strings"
	"syscall"
	"testing"
)

func start(t *testing.T, args ...string) *Process {
	t.Helper()
	if _, err := exec.LookPath("taskset"); err != nil {
		t.Skip("taskset is not installed")
	}
	p, err := Start(0, Command{Args: args})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Stop)
	return p
}

func TestStopEndsDescendantsToo(t *testing.T) {
	p := start(t, "sh", "-c", "sleep 60 & wait")
	p.Stop()
	p.Stop() // again is fine
	if err := syscall.Kill(-p.PID(), 0); !errors.Is(err, syscall.ESRCH) {
		t.Errorf("the process group: %v, want that there is none", err)
	}
}

func TestWaitTellsCodeAndReason(t *testing.T) {
	err := start(t, "sh", "-c", "echo no luck >&2; exit 7").Wait(t.Context())
	if code, ok := ExitCode(err); !ok || code != 7 || !strings.Contains(err.Error(), "no luck") {
		t.Errorf("got %v, want code 7 and what was said", err)
	}
}

func TestWaitStopsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := start(t, "sleep", "60").Wait(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
}

// A process on an idle core runs as any other, at the lowest priority there is.
func TestIdle(t *testing.T) {
	if _, err := exec.LookPath("chrt"); err != nil {
		t.Skip("chrt is not installed")
	}
	p, err := Start(0, Command{Args: []string{"sh", "-c", "chrt -p $$ >&2; exit 1"}, Idle: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Stop)
	if err := p.Wait(t.Context()); err == nil || !strings.Contains(err.Error(), "SCHED_IDLE") {
		t.Errorf("got %v, want the policy SCHED_IDLE", err)
	}
}

func TestReadyNoticesTheEnd(t *testing.T) {
	addr, err := FreeAddr()
	if err != nil {
		t.Fatal(err)
	}
	err = start(t, "sh", "-c", "echo cannot listen >&2; exit 1").Ready(t.Context(), addr)
	if err == nil || !strings.Contains(err.Error(), "cannot listen") {
		t.Errorf("got %v, want what the process said", err)
	}
}
