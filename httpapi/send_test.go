package httpapi_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sseserver/broker"
	"sseserver/httpapi"
	"sseserver/httpapi/ssetest"
)

// Bodies that are accepted, and the text that is then stored.
var goodBodies = map[string]string{
	`{"message":"Hi"}`:                                   "Hi",
	" \t\r\n{ \"message\" :\n\"Hi\" } \n":                "Hi",
	`{"a":[{"message":1}],"message":"Hi","b":null}`:      "Hi",
	`{"Message":"no","MESSAGE":"no","message":"yes"}`:    "yes",
	`{"mess\u0061ge":"Hi"}`:                              "Hi",
	`{"message":" "}`:                                    " ",
	`{"message":"\u0000"}`:                               "\x00",
	`{"message":"\ud83d\udc4b"}`:                         "👋",
	`{"message":"\uD83D\uDC4B\uD83D\uDC4B"}`:             "👋👋",
	`{"message":"\\ud800"}`:                              `\ud800`,
	`{"message":"\\\\ud800\\"}`:                          `\\ud800\`,
	`{"message":"\"\\\/\b\f\n\r\t"}`:                     "\"\\/\b\f\n\r\t",
	`{"message":"\ufeff\ufffd\uffff\u2028\ud7ff\ue000"}`: "\ufeff\ufffd\uffff\u2028\ud7ff\ue000",
	"{\"message\":\"\u00e9e\u0301\x7f\ufffd\"}":          "\u00e9e\u0301\x7f\ufffd",
}

// Bodies that are refused, by code.
var badBodies = map[string][]string{
	"invalid_json": {
		"", " ", "\x00", "{", `{"message"`, `{"message":`, `{"message":"Hi`, `{"message":"Hi"`, `{"message":"Hi",}`, `{"message":"Hi"}}`,
		`{"message":"Hi"}{"message":"Hi"}`, `{"message":"Hi"} x`, `{"message":"Hi"}` + "\x00", `{'message':'Hi'}`, `{message:"Hi"}`,
		"[]", "null", "true", "1", `"x"`, `["message","Hi"]`, `[{"message":"Hi"}]`, "\ufeff" + `{"message":"Hi"}`, "// no\n{}",
		"{\"message\":\"\xff\"}", "{\"message\":\"\xed\xa0\x80\"}", "{\"message\":\"\xc0\x80\"}", "{\"message\":\"Hi\",\"a\":\"\xf0\x9f\"}",
		"{\"message\":\"a\x00b\"}", "{\"message\":\"a\nb\"}", `{"message":"\x41"}`, `{"message":"\u12"}`, `{"message":"\u12G4"}`,
		`{"message":"\ud800"}`, `{"message":"\udc00"}`, `{"message":"\udc00\ud800"}`, `{"message":"\udc00\udc01"}`, `{"message":"\ud800\ud800\udc00"}`, `{"message":"\ud800x"}`,
		`{"message":"\ud800\n"}`, `{"message":"\ud83d\udc4b\udc4b"}`, `{"message":"\\\ud800"}`, `{"message":"\uD800\u0041"}`, `{"message":"\ud800\ue000"}`, `{"message":"\ud800\\udc00"}`,
		`{"message":"Hi","deep":` + strings.Repeat("[", 20_000) + strings.Repeat("]", 20_000) + `}`,
		"\xff\xfe{\x00}\x00", "message=Hi",
		`{"message":"Hi","message":"Hi"}`, `{"message":1,"a":"b","mess\u0061ge":"Hi"}`, `{"message":"Hi","message":""}`, `{"message":"Hi","message":null}`,
	},
	"message_required": {
		"{}", `{"message":""}`, `{"message":null}`, `{"message":1}`, `{"message":true}`, `{"message":["Hi"]}`, `{"message":{"text":"Hi"}}`,
		`{"Message":"Hi"}`, `{"message ":"Hi"}`, `{"messages":"Hi"}`, `{"":"Hi"}`, `{"a":{"message":"Hi"},"b":[1,"}",{}],"c":-1.5e3 ,"d":true}`,
		`{"\ud800message":"Hi"}`, `{"message\u0000":"Hi"}`,
	},
}

func TestSend(t *testing.T) {
	onEach(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{API: httpapi.Config{MaxMessageBytes: 64 << 10, Interval: time.Millisecond}})
		for body, text := range goodBodies {
			got := ask(t, server, protocol, "POST", "/send", body, asJSON...)
			if got.StatusCode != http.StatusOK {
				t.Errorf("%q: %s %s, want 200", body, got.Status, got.body)
				continue
			}
			id := strings.TrimSuffix(strings.TrimPrefix(got.body, `{"status":"ok","messageId":"`), `"}`)
			stream := server.Open(protocol, "/stream/"+id)
			stream.WantOpening()
			stream.WantText(0, text)
		}
		stored := len(server.Log.Named("message.submitted"))
		for code, bodies := range badBodies {
			for _, body := range bodies {
				ask(t, server, protocol, "POST", "/send", body, asJSON...).wantProblem(t, 400, code)
			}
		}
		if got := len(server.Log.Named("message.submitted")); got != stored || stored != len(goodBodies) {
			t.Errorf("%d messages stored of the good bodies and %d of the bad, want %d and 0", stored, got-stored, len(goodBodies))
		}
	})
}

func TestSendContentType(t *testing.T) {
	onEach(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{})
		for _, good := range []string{"application/json", "application/json; charset=utf-8", "Application/JSON;charset=\"UTF-8\"", " application/json ", "application/json;"} {
			if got := ask(t, server, protocol, "POST", "/send", `{"message":"Hi"}`, "Content-Type", good); got.StatusCode != http.StatusOK {
				t.Errorf("Content-Type %q: %s, want 200", good, got.Status)
			}
		}
		for _, bad := range []string{
			"", "text/plain", "text/json", "application/jsonx", "application/problem+json", "application/x-www-form-urlencoded", "json", "application/json, text/plain", "*/*",
		} {
			got := ask(t, server, protocol, "POST", "/send", `{"message":"Hi"}`, "Content-Type", bad)
			got.wantProblem(t, 415, "unsupported_media_type")
		}
		ask(t, server, protocol, "POST", "/send", `{"message":"Hi"}`).wantProblem(t, 415, "unsupported_media_type")
		ask(t, server, protocol, "POST", "/send", "").wantProblem(t, 400, "invalid_json") // nothing has no type
	})
}

// A body has no content coding, and the answer says so.
func TestSendContentEncoding(t *testing.T) {
	onEach(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{})
		send := func(codings ...string) answer {
			header := append([]string{}, asJSON...)
			for _, coding := range codings {
				header = append(header, "Content-Encoding", coding)
			}
			return ask(t, server, protocol, "POST", "/send", `{"message":"Hi"}`, header...)
		}
		for _, bad := range [][]string{{"gzip"}, {"br"}, {"identity, GZIP"}, {"identity", "x"}, {"gzip, gzip"}} {
			got := send(bad...)
			got.wantProblem(t, 415, "unsupported_media_type")
			got.wantHeader(t, map[string]string{"Accept-Encoding": "identity"})
		}
		for _, good := range [][]string{{""}, {"identity"}, {"Identity", "identity"}} {
			if got := send(good...); got.StatusCode != http.StatusOK {
				t.Errorf("Content-Encoding %q: %s, want 200", good, got.Status)
			}
		}
	})
}

// The limit is exact, and holds for bodies that do not tell their size.
func TestSendTooLarge(t *testing.T) {
	onEach(t, func(t *testing.T, protocol ssetest.Protocol) {
		const limit = 64 << 10
		server := ssetest.Start(t, ssetest.Config{API: httpapi.Config{MaxMessageBytes: limit}})
		body := `{"message":"` + strings.Repeat("x", limit-len(`{"message":""}`)) + `"}`
		unsized := func(s string) io.Reader { return io.MultiReader(strings.NewReader(s)) }
		for _, ok := range []io.Reader{strings.NewReader(body), unsized(body)} {
			if got := askWith(t, server, protocol, "POST", "/send", ok, asJSON...); got.StatusCode != http.StatusOK {
				t.Errorf("%d bytes: %s, want 200", len(body), got.Status)
			}
		}
		for _, large := range []io.Reader{strings.NewReader(body + " "), unsized(body + " "), strings.NewReader(body + body), unsized(body + body)} {
			got := askWith(t, server, protocol, "POST", "/send", large, asJSON...)
			got.wantProblem(t, 413, "message_too_large")
			if !strings.Contains(got.body, "65536 bytes") {
				t.Errorf("%s does not tell the limit", got.body)
			}
		}
		server.Submit("still fine")
	})
}

// A document of many members costs no more than three times its size.
func TestSendManyMembers(t *testing.T) {
	server := ssetest.Start(t, ssetest.Config{})
	var body strings.Builder
	body.WriteString(`{"message":"Hi"`)
	for i := 0; body.Len() < 1<<20-20; i++ {
		fmt.Fprintf(&body, `,"%x":0`, i)
	}
	body.WriteString("}")
	request := httptest.NewRequest("POST", "/send", strings.NewReader(body.String()))
	request.Header.Set("Content-Type", "application/json")
	response := httptest.NewRecorder()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	server.API.ServeHTTP(response, request)
	runtime.ReadMemStats(&after)
	if took := after.TotalAlloc - before.TotalAlloc; response.Code != 200 || took > 3*uint64(body.Len()) {
		t.Errorf("%d, %d bytes for a body of %d", response.Code, took, body.Len())
	}
}

// A body that stops coming is given up after ten seconds.
func TestSendSlowly(t *testing.T) {
	inBubbles(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{InMemory: true})
		body, client := io.Pipe()
		go io.WriteString(client, `{"message":"H`)
		defer client.Close()
		start := time.Now()
		got := askWith(t, server, protocol, "POST", "/send", body, asJSON...)
		got.wantProblem(t, 408, "request_timeout")
		if waited := time.Since(start); waited != 10*time.Second {
			t.Errorf("given up after %v, want 10s", waited)
		}
		if line := server.Await("http.request", 1)[0]; line.Fields["duration_ms"] != 10_000.0 || line.Fields["http.response.status_code"] != int64(408) {
			t.Errorf("the log says %v", line.Fields)
		}
	})
}

// slowBroker answers nobody, until they leave.
type slowBroker struct{ broken }

func (slowBroker) Submit(ctx context.Context, _ netip.Prefix, _ string) (*broker.Message, error) {
	<-ctx.Done()
	return nil, context.Cause(ctx)
}

// A client that leaves while its message is being stored is no failure.
func TestSendAndLeave(t *testing.T) {
	inBubbles(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{InMemory: true, Wrap: func(httpapi.Broker) httpapi.Broker { return slowBroker{} }})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		req, _ := http.NewRequestWithContext(ctx, "POST", server.URL+"/send", strings.NewReader(`{"message":"Hi"}`))
		req.Header.Set("Content-Type", "application/json")
		if _, err := server.Client(protocol).Do(req); err == nil {
			t.Fatal("got an answer")
		}
		synctest.Wait()
		if got := server.Log.Only("message.rejected").Fields["reason"]; got != "client_gone" {
			t.Errorf("rejected for %v, want client_gone", got)
		}
		if got := server.Log.Only("http.request").Fields["http.response.status_code"]; got != int64(499) {
			t.Errorf("the log says %v, want 499", got)
		}
	})
}

// No log line has a message's text, at any level, accepted or not.
func TestTextStaysOutOfTheLog(t *testing.T) {
	onEach(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{Debug: true})
		server.Log.Forbid("Zebra")
		id := server.Submit("Zebra")
		stream := server.Open(protocol, "/stream/"+id+"?interval=1ms&unit=word")
		stream.WantOpening()
		stream.WantText(0, "Zebra")
		for _, bad := range []string{`{"message":"Zebra`, `{"message":"Zebra"}Zebra`, `"Zebra"`, `{"Zebra":1}`, `{"message":["Zebra"]}`, `Zebra`} {
			ask(t, server, protocol, "POST", "/send", bad, asJSON...)
		}
		if len(server.Log.Named("stream.chunk")) != 1 || len(server.Log.Named("message.rejected")) != 6 {
			t.Errorf("the log is not what this test is about: %v", server.Log.All())
		}
	})
}
