package load

import (
	"context"
	"flag"
	"fmt"
	"net/http"
	"os"
	"runtime"
	"strconv"
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
	moreAtOnce()
	goleak.VerifyTestMain(m)
}

// moreAtOnce lets more tests run at once than there are processors, unless
// -parallel says how many: most of them wait most of the time.
func moreAtOnce() {
	flag.Parse()
	asked := false
	flag.Visit(func(f *flag.Flag) { asked = asked || f.Name == "test.parallel" })
	if !asked {
		_ = flag.Set("test.parallel", strconv.Itoa(max(6, runtime.GOMAXPROCS(0)))) // there is this flag
	}
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

// runUntilAsked makes a run through a proxy that is interrupted once so many
// streams have been asked for, that of the preflight among them.
func runUntilAsked(t *testing.T, address string, streams int, config func(proxy string) Config) *Result {
	t.Helper()
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	var asked counter
	proxy := showingProxy(t, address, func(r *http.Request) {
		if r.URL.Path != "/send" && asked.next() == streams {
			interrupt()
		}
	})
	result, err := Run(ctx, config(proxy), Watch{})
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
