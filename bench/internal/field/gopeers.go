package field

import (
	"context"
	"fmt"
	"net"
	"runtime"
	"strconv"
	"time"

	"sseserver/bench/internal/host"
)

// goPeer is a server in peers/NAME, built on module, or on nothing but the
// standard library if that is empty.
type goPeer struct{ name, module string }

func (p goPeer) Install(ctx context.Context, w *Workshop) (string, error) {
	if _, err := w.Build(ctx, w.bench(), p.name, "./peers/"+p.name); err != nil {
		return "", err
	}
	return moduleVersion(ctx, w, p.module)
}

func (p goPeer) Start(ctx context.Context, w *Workshop, work Work) (*Running, error) {
	addr, err := host.FreeAddr()
	if err != nil {
		return nil, err
	}
	return w.launch(ctx, addr, "/stream", host.Command{
		Args: []string{w.path(p.name), addr, work.Interval.String(), strconv.Itoa(events)},
	})
}

// moduleVersion is the version that go.mod pins, and Go's.
func moduleVersion(ctx context.Context, w *Workshop, module string) (string, error) {
	if module == "" {
		return runtime.Version(), nil
	}
	version, err := w.command(ctx, w.bench(), "go", "list", "-m", "-f", "{{.Version}}", module)
	return version + ", " + runtime.Version(), err
}

// httpbin is the /sse endpoint of go-httpbin, which takes a count and a
// duration. Its events are its own: smaller than ours, and without an id.
type httpbin struct{}

const httpbinModule = "github.com/mccutchen/go-httpbin/v2"

func (httpbin) Install(ctx context.Context, w *Workshop) (string, error) {
	if _, err := w.Build(ctx, w.bench(), "httpbin", httpbinModule+"/cmd/go-httpbin"); err != nil {
		return "", err
	}
	return moduleVersion(ctx, w, httpbinModule)
}

func (httpbin) Start(ctx context.Context, w *Workshop, work Work) (*Running, error) {
	addr, err := host.FreeAddr()
	if err != nil {
		return nil, err
	}
	hostname, port, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, err
	}
	// It pauses between the events only: the last is due before the duration ends.
	duration := time.Duration(events) * work.Interval
	path := fmt.Sprintf("/sse?count=%d&duration=%s", events, duration)
	return w.launch(ctx, addr, path, host.Command{
		Args: []string{
			w.path("httpbin"), "-host", hostname, "-port", port,
			"-max-duration", (2 * duration).String(), "-srv-read-timeout", (2 * duration).String(),
			"-max-body-size", strconv.Itoa(1 << 30), "-log-level", "ERROR",
		},
	})
}
