package httpapi_test

import (
	"testing"

	"sseserver/httpapi"
	"sseserver/httpapi/ssetest"
)

const origin = "https://demo.example"

// wantHeader checks single fields of an answer; "" wants none.
func (a answer) wantHeader(t *testing.T, want map[string]string) {
	t.Helper()
	for name, value := range want {
		if got := a.Header.Get(name); got != value {
			t.Errorf("%s %s: %s: %q, want %q", a.Request.Method, a.Request.URL, name, got, value)
		}
	}
}

// By default a page of any origin may read every answer, errors and streams
// included, and no credentials are taken.
func TestCORS(t *testing.T) {
	onEach(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{})
		id := server.Submit("Hi")
		for path, status := range map[string]int{
			"/stream/" + id + "?interval=1ms": 200, "/messages/" + id: 200, "/livez": 200, "/openapi.yaml": 200,
			"/messages/x": 404, "/nothing": 404, "/send": 405, "/stream/" + id + "?interval=0": 400,
		} {
			got := ask(t, server, protocol, "GET", path, "", "Origin", origin)
			if got.StatusCode != status {
				t.Errorf("%s: %s, want %d", path, got.Status, status)
			}
			got.wantHeader(t, map[string]string{
				"Access-Control-Allow-Origin":      "*",
				"Access-Control-Allow-Credentials": "",
				"Access-Control-Expose-Headers":    "Location, X-Request-Id, Retry-After, X-Stream-Plan",
				"Vary":                             "Origin",
			})
		}
		got := ask(t, server, protocol, "GET", "/livez", "") // of no page at all
		got.wantHeader(t, map[string]string{"Access-Control-Allow-Origin": "", "Vary": "Origin"})
	})
}

func TestCORSPreflight(t *testing.T) {
	onEach(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{})
		preflight := func(method, headers string) answer {
			t.Helper()
			header := []string{"Origin", origin, "Access-Control-Request-Method", method}
			if headers != "" {
				header = append(header, "Access-Control-Request-Headers", headers)
			}
			got := ask(t, server, protocol, "OPTIONS", "/send", "", header...)
			if got.StatusCode != 204 || got.body != "" {
				t.Errorf("preflight: %s, %q; want 204", got.Status, got.body)
			}
			return got
		}
		for _, method := range []string{"GET", "HEAD", "POST", "PUT", "DELETE"} {
			preflight(method, "").wantHeader(t, map[string]string{
				"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Methods": method, "Access-Control-Max-Age": "600",
				"Access-Control-Allow-Credentials": "",
			})
		}
		for _, headers := range []string{"content-type", "last-event-id", "authorization", "x-any-other", "authorization,cache-control,content-type,last-event-id,x-any-other"} {
			preflight("POST", headers).wantHeader(t, map[string]string{
				"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Headers": headers,
			})
		}
		job := ask(t, server, protocol, "OPTIONS", "/messages/"+unknownID+"/progress", "", "Origin", origin,
			"Access-Control-Request-Method", "PUT", "Access-Control-Request-Headers", "authorization,content-type")
		job.wantHeader(t, map[string]string{
			"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Methods": "PUT", "Access-Control-Allow-Headers": "authorization,content-type",
		})
		preflight("PATCH", "").wantHeader(t, map[string]string{
			"Access-Control-Allow-Origin": "", "Access-Control-Allow-Methods": "", "Access-Control-Allow-Headers": "",
		})
	})
}

// Narrowed origins are told apart by Vary, so that no cache mixes them up.
func TestCORSOrigins(t *testing.T) {
	onEach(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{API: httpapi.Config{Origins: []string{"https://a.example", "http://localhost:3000"}}})
		for from, allowed := range map[string]string{
			"https://a.example": "https://a.example", "http://localhost:3000": "http://localhost:3000",
			"http://a.example": "", "https://a.example.evil": "", "https://xa.example": "", "http://localhost:3001": "", "null": "", "*": "",
		} {
			simple := ask(t, server, protocol, "GET", "/livez", "", "Origin", from)
			simple.wantHeader(t, map[string]string{"Access-Control-Allow-Origin": allowed, "Vary": "Origin"})
			preflight := ask(t, server, protocol, "OPTIONS", "/send", "", "Origin", from, "Access-Control-Request-Method", "POST")
			preflight.wantHeader(t, map[string]string{
				"Access-Control-Allow-Origin": allowed, "Access-Control-Allow-Credentials": "",
				"Vary": "Origin, Access-Control-Request-Method, Access-Control-Request-Headers",
			})
		}
	})
}
