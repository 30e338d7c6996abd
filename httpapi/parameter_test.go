package httpapi_test

import (
	"strings"
	"testing"
	"time"

	"sseserver/httpapi"
	"sseserver/httpapi/ssetest"
)

// What is wrong with a parameter is told to programs, too: which one it is and, where
// it has bounds, which they are, as it is written.
func TestParameterMembers(t *testing.T) {
	onEach(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{API: httpapi.Config{
			MinInterval: 1500 * time.Microsecond, Interval: 50 * time.Millisecond, MaxInterval: 90 * time.Second,
		}})
		p := produce(t, server, "Hi")
		const interval = `"parameter":"interval","minimum":"1.5ms","maximum":"1m30s"`
		for request, want := range map[string]string{
			"/stream/{id}?interval=0":                     interval,
			"/stream/{id}?interval=1ms":                   interval,
			"/progress/{id}?interval=2m":                  interval,
			"/progress/{id}?interval=slow":                interval,
			"/stream/{id}?unit=letter":                    `"parameter":"unit"`,
			"/progress/{id}?unit=word":                    `"parameter":"unit"`,
			"/stream/{id}?heartbeat=ping":                 `"parameter":"heartbeat"`,
			"/stream/{id}?fault=explode":                  `"parameter":"fault"`,
			"/progress/{id}?seed=-1":                      `"parameter":"seed","minimum":"0","maximum":"18446744073709551615"`,
			"/stream/{id}?interval=%zz":                   ``,
			"POST /messages/{id}/chunks?position=-1":      `"parameter":"position","minimum":"0"`,
			"POST /messages/{id}/chunks?complete=maybe":   `"parameter":"complete"`,
			"POST /messages/{id}/chunks?complete=%zz":     ``,
			`PUT /messages/{id}/progress {"percent":101}`: `"parameter":"percent","minimum":"0","maximum":"100"`,
			`PUT /messages/{id}/progress {}`:              `"parameter":"percent","minimum":"0","maximum":"100"`,
		} {
			method, path, body := "GET", strings.Replace(request, "{id}", p.name, 1), ""
			if !strings.HasPrefix(path, "/") {
				method, path, _ = strings.Cut(path, " ")
				path, body, _ = strings.Cut(path, " ")
			}
			got := ask(t, server, protocol, method, path, body, asJSON...)
			got.wantProblem(t, 400, "invalid_parameter")
			got.wantMembers(t, want)
		}
		wrong := ask(t, server, protocol, "GET", p.path("/stream/"), "", "X-Stream-Plan", "interval=1h")
		wrong.wantProblem(t, 400, "invalid_parameter")
		wrong.wantMembers(t, interval)
		malformed := ask(t, server, protocol, "GET", p.path("/stream/"), "", "X-Stream-Plan", "interval=%zz")
		malformed.wantProblem(t, 400, "invalid_parameter")
		malformed.wantMembers(t, `"parameter":"X-Stream-Plan"`)
	})
}
