package httpapi_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"

	"sseserver/broker"
	"sseserver/httpapi"
	"sseserver/httpapi/ssetest"
)

// Bodies that are refused, by code and param.
var badChats = map[[2]string][]string{
	{"invalid_json", ""}: {
		"", "{", "[]", "null", `"x"`, `{"model":"m","messages":[{"role":"user","content":"Hi"}]}x`, "{\"model\":\"\xff\"}",
		`{"model":"m","model":"m","messages":[]}`, `{"model":"m","messages":[],"mess\u0061ges":[]}`, `{"model":"m","stream":true,"stream":false}`,
		`{"model":"m","stream_options":{"include_usage":true,"include_usage":true}}`,
		`{"deep":` + strings.Repeat("[", 20_000) + strings.Repeat("]", 20_000) + `}`,
	},
	{"invalid_json", "model"}:                    {`{"model":"\ud800"}`},
	{"invalid_json", "messages[0]"}:              {chatMessages(`{"role":"user","role":"user","content":"Hi"}`), chatMessages(`{"role":"user","content":[{"type":"text","text":"a","text":"b"}]}`)},
	{"invalid_json", "messages[1].content"}:      {chatMessages(`{"role":"user","content":"Hi"},{"role":"assistant","content":"\udc00"}`)},
	{"invalid_json", "messages[0].content.text"}: {chatMessages(`{"role":"user","content":[{"type":"text","text":"\ud800"}]}`)},
	{"message_required", "messages"}: {
		`{"model":"m"}`, `{"model":"m","messages":null}`, `{"model":"m","messages":"Hi"}`, `{"model":"m","messages":{}}`, chatMessages(""),
		chatMessages(`{"role":"assistant","content":"Hi"}`), chatMessages(`{"role":"user","content":""}`), chatMessages(`{"role":"user"}`),
		chatMessages(`{"role":"user","content":null}`), chatMessages(`{"role":"user","content":[]}`), chatMessages(`{"role":"user","content":"Hi"},{"role":"user","content":""}`),
		chatMessages(`{"role":"user","content":[{"type":"image_url","text":"Hi"}]}`), chatMessages(`{"role":"User","content":"Hi"}`),
	},
	{"invalid_parameter", "model"}: {
		`{"messages":[{"role":"user","content":"Hi"}]}`, `{"model":null}`, `{"model":""}`, `{"model":1}`, `{"model":["m"]}`, `{"model":"` + strings.Repeat("m", 129) + `"}`,
	},
	{"invalid_parameter", "n"}:                            {chatOf("Hi", `,"n":2`), chatOf("Hi", `,"n":0`), chatOf("Hi", `,"n":"1"`), chatOf("Hi", `,"n":1.5`)},
	{"invalid_parameter", "stream"}:                       {chatOf("Hi", `,"stream":1`), chatOf("Hi", `,"stream":"true"`), chatOf("Hi", `,"stream":{}`)},
	{"invalid_parameter", "stream_options"}:               {chatOf("Hi", `,"stream_options":true`), chatOf("Hi", `,"stream_options":[]`)},
	{"invalid_parameter", "stream_options.include_usage"}: {chatOf("Hi", `,"stream_options":{"include_usage":1}`)},
	{"invalid_parameter", "messages[0]"}:                  {chatMessages(`"Hi"`), chatMessages(`1`), chatMessages(`[]`), chatMessages(`null`)},
	{"invalid_parameter", "messages[1].role"}:             {chatMessages(`{"role":"user","content":"Hi"},{"content":"Hi"}`), chatMessages(`{"role":"user","content":"Hi"},{"role":7,"content":"Hi"}`)},
	{"invalid_parameter", "messages[0].content"}:          {chatMessages(`{"role":"user","content":7}`), chatMessages(`{"role":"user","content":{}}`), chatMessages(`{"role":"user","content":["Hi"]}`)},
	{"invalid_parameter", "messages[0].content.type"}:     {chatMessages(`{"role":"user","content":[{"text":"Hi"}]}`)},
	{"invalid_parameter", "messages[0].content.text"}:     {chatMessages(`{"role":"user","content":[{"type":"text"}]}`), chatMessages(`{"role":"user","content":[{"type":"text","text":null}]}`)},
}

// chatMessages returns the body of a request with these messages.
func chatMessages(messages string) string { return `{"model":"m","messages":[` + messages + `]}` }

func TestChatBadBody(t *testing.T) {
	onEach(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{})
		count := 0
		for want, bodies := range badChats {
			for _, body := range bodies {
				complete(t, server, protocol, body, "").wantChatError(t, 400, invalidRequest, want[1], want[0])
				count++
			}
		}
		if got := len(server.Log.Named("message.rejected")); got == 0 {
			t.Errorf("%d rejections were logged of %d", got, count)
		}
		if submitted := server.Log.Named("message.submitted"); len(submitted) > 0 {
			t.Errorf("stored all the same: %v", submitted)
		}
	})
}

// A plan that is wrong is refused before anything is stored.
func TestChatBadPlan(t *testing.T) {
	onEach(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{})
		for _, plan := range []string{"fault=cud@1", "interval=1h", "unit=letter", "seed=-1", "interval=%zz"} {
			complete(t, server, protocol, chatOf("Hi", ""), plan).wantChatError(t, 400, invalidRequest, "", "invalid_parameter")
		}
		got := complete(t, server, protocol, chatOf("Hi", ""), "fault=cud@1")
		if !strings.Contains(got.body, `cud@1`) || !strings.Contains(got.body, "cut@N") {
			t.Errorf("%s does not name what is wrong and what is right", got.body)
		}
		if got := len(server.Log.Named("stream.rejected")); got != 6 {
			t.Errorf("%d rejections were logged, want 6", got)
		}
		if submitted := server.Log.Named("message.submitted"); len(submitted) > 0 {
			t.Errorf("stored all the same: %v", submitted)
		}
	})
}

// Every error below /v1 has the form of the API, whatever has made it.
func TestChatErrors(t *testing.T) {
	onEach(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{API: httpapi.Config{MaxMessageBytes: 1 << 10, SendToken: "horse"}})
		key := append(asJSON, "Authorization", "Bearer horse")
		hi := chatOf("Hi", "")
		ask := func(method, path, body string, header ...string) answer {
			t.Helper()
			return ask(t, server, protocol, method, path, body, header...)
		}
		unauthorized := ask("POST", completions, hi, asJSON...)
		unauthorized.wantChatError(t, 401, "authentication_error", "", "invalid_api_key")
		unauthorized.wantHeader(t, map[string]string{"WWW-Authenticate": "Bearer"})
		ask("POST", "/v1/embeddings", "{}", asJSON...).wantChatError(t, 401, "authentication_error", "", "invalid_api_key")
		ask("POST", "/v1/embeddings", "{}", key...).wantChatError(t, 404, invalidRequest, "", "not_found")
		ask("GET", "/v1/", "").wantChatError(t, 404, invalidRequest, "", "not_found")
		ask("GET", completions, "").wantChatError(t, 405, invalidRequest, "", "method_not_allowed")
		ask("DELETE", "/v1/models", "", key...).wantHeader(t, map[string]string{"Allow": "GET, HEAD, OPTIONS"})
		ask("POST", completions, hi, "Authorization", "Bearer horse").wantChatError(t, 415, invalidRequest, "", "unsupported_media_type")
		ask("POST", completions, hi, append(key, "Content-Encoding", "gzip")...).wantChatError(t, 415, invalidRequest, "", "unsupported_media_type")
		ask("POST", completions, chatOf(strings.Repeat("x", 1<<10), ""), key...).wantChatError(t, 413, invalidRequest, "", "message_too_large")
		for status, kind := range map[int]string{400: invalidRequest, 429: invalidRequest, 500: "server_error", 503: "server_error"} {
			got := ask("POST", completions+"?fault=status:"+strconv.Itoa(status), hi, key...)
			got.wantChatError(t, status, kind, "", "fault_injected")
		}
		if got := ask("POST", completions+"?fault=status:204", hi, key...); got.StatusCode != 204 || got.body != "" {
			t.Errorf("status:204: %s, %q", got.Status, got.body)
		}
		ask("GET", "/v2", "").wantProblem(t, 404, "not_found")
	})
}

// The broker's errors, too: a program of this API knows no 200 that says to come back.
func TestChatRefused(t *testing.T) {
	for code, err := range map[string]error{
		"shutting_down": broker.ErrShuttingDown, "store_full": broker.ErrStoreFull, "store_unavailable": broker.ErrStoreUnavailable, "internal_error": errors.New("of no kind"),
	} {
		server := ssetest.Start(t, ssetest.Config{Wrap: failingWith(err)})
		status := 503
		if code == "internal_error" {
			status = 500
		}
		for _, more := range []string{"", streamed} {
			complete(t, server, ssetest.HTTP1, chatOf("Hi", more), "").wantChatError(t, status, "server_error", "", code)
		}
		event := "stream.rejected"
		if strings.HasPrefix(code, "store_") { // it was the message that was not taken
			event = "message.rejected"
		}
		if lines := server.Log.Named(event); len(lines) != 2 || lines[0].Fields["reason"] != code {
			t.Errorf("%s: the log has %v of %s, want two", code, lines, event)
		}
	}
}

// noStreams is a broker that stores messages, but starts no streams.
type noStreams struct {
	httpapi.Broker
	err error
}

func (b noStreams) Subscribe(context.Context, context.CancelCauseFunc, broker.Request) (*broker.Subscription, error) {
	return nil, b.err
}

func TestChatTooManyStreams(t *testing.T) {
	for code, err := range map[string]error{"too_many_streams": broker.ErrTooManyStreams, "shutting_down": broker.ErrShuttingDown} {
		server := ssetest.Start(t, ssetest.Config{Wrap: func(b httpapi.Broker) httpapi.Broker { return noStreams{b, err} }})
		complete(t, server, ssetest.HTTP1, chatOf("Hi", streamed), "").wantChatError(t, 503, "server_error", "", code)
		if line := server.Log.Only("stream.rejected").Fields; line["reason"] != code || line["status"] != int64(503) {
			t.Errorf("the log says %v", line)
		}
	}
}

// The one model has a name, and any other is as good.
func TestChatModels(t *testing.T) {
	onEach(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{})
		got := ask(t, server, protocol, "GET", "/v1/models", "")
		want := `{"object":"list","data":[{"id":"echo","object":"model","created":1767225600,"owned_by":"sseserver"}]}`
		if got.StatusCode != 200 || got.Header.Get("Content-Type") != "application/json" || got.body != want {
			t.Errorf("%s, %v, %s; want %s", got.Status, got.Header, got.body, want)
		}
	})
}

// TestChatStoresWithItsStream has no room for one more answer: nothing of it is left
// behind, and nothing else had to leave.
func TestChatStoresWithItsStream(t *testing.T) {
	for code, limits := range map[string]broker.Config{
		"too_many_streams": {MaxMessages: 5, MaxStreams: 2},
		"store_full":       {MaxMessages: 2},
	} {
		server := ssetest.Start(t, ssetest.Config{Broker: limits})
		for range 2 {
			openChat(t, server, ssetest.HTTP1, "Hi you", "interval=1m")
		}
		complete(t, server, ssetest.HTTP1, chatOf("Hi", streamed), "").wantChatError(t, 503, "server_error", "", code)
		got := scrape(t, server)
		if got["sseserver_messages_stored"] != 2 || got["sseserver_messages_submitted_total"] != 2 || got[`sseserver_streams_active{kind="characters"}`] != 2 {
			t.Errorf("%s: %v messages are stored, of %v, with %v streams; want 2 of each", code, got["sseserver_messages_stored"],
				got["sseserver_messages_submitted_total"], got[`sseserver_streams_active{kind="characters"}`])
		}
	}
}

// TestChatsCrowdOut has many more answers at once than messages can be stored: each is
// whole or refused, and none loses its message to another one.
func TestChatsCrowdOut(t *testing.T) {
	server := ssetest.Start(t, ssetest.Config{Broker: broker.Config{MaxMessages: 3}})
	var clients sync.WaitGroup
	for range 16 {
		clients.Go(func() {
			for range 10 {
				request, err := http.NewRequest("POST", server.URL+completions, strings.NewReader(chatOf("Hi", "")))
				if err != nil {
					t.Error(err)
					return
				}
				request.Header.Set("Content-Type", "application/json")
				request.Header.Set("X-Stream-Plan", "interval=1ms")
				response, err := server.Client(ssetest.HTTP1).Do(request)
				if err != nil {
					t.Error(err)
					return
				}
				body, err := io.ReadAll(response.Body)
				response.Body.Close()
				if err != nil || response.StatusCode != 200 && !strings.Contains(string(body), "store_full") {
					t.Errorf("%s, %s, %v", response.Status, body, err)
				}
			}
		})
	}
	clients.Wait()
}
