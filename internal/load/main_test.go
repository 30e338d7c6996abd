package load

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	"go.uber.org/goleak"

	"sseserver/internal/load/threshold"
)

// TestMain lets the test binary be the worker processes that its tests start.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == WorkerArg {
		if err := Serve(context.Background(), os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}

// quick makes a run in which every stream ends by itself. With the last of them
// ends the run, long before its time; one in which a stream goes on says how
// long it lasts.
func quick(c Config) Config {
	setDefault(&c.Clients, 8)
	setDefault(&c.Ramp, 1000)
	setDefault(&c.Duration, time.Minute)
	setDefault(&c.Drain, 10*time.Second)
	setDefault(&c.Interval, 2*time.Millisecond)
	c.Once = true
	return c
}

func mustRun(t *testing.T, c Config) *Result {
	t.Helper()
	result, err := Run(t.Context(), c, Watch{})
	if err != nil {
		t.Fatal(err)
	}
	return result
}

func mustParse(t *testing.T, text string) threshold.Threshold {
	t.Helper()
	parsed, err := threshold.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}
