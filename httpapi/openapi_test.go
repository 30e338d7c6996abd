package httpapi_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sseserver/assets"
	"sseserver/broker"
	"sseserver/httpapi"
	"sseserver/httpapi/ssetest"
	"sseserver/internal/eventstream"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"
)

func init() {
	for _, text := range []string{"text/event-stream", "text/html", "text/css", "text/javascript", "image/svg+xml"} {
		openapi3filter.RegisterBodyDecoder(text, openapi3filter.PlainBodyDecoder)
	}
}

// description returns the API description, which is valid.
func description(t *testing.T) *openapi3.T {
	t.Helper()
	text, err := os.ReadFile("openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	doc, err := openapi3.NewLoader().LoadFromData(text)
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.Validate(t.Context(), openapi3.EnableExamplesValidation()); err != nil {
		t.Fatal(err)
	}
	return doc
}

// The description has the routes of the API and no others, beside the pages.
func TestOpenAPIRoutes(t *testing.T) {
	api, err := httpapi.New(httpapi.Config{Broker: broken{}})
	if err != nil {
		t.Fatal(err)
	}
	routes := api.Routes()
	end, cancel := context.WithCancel(t.Context())
	cancel()
	_ = api.Run(end) // frees what New made

	doc := description(t)
	described := make(map[string]bool)
	for path, item := range doc.Paths.Map() {
		if path == "/" || path == "/{file}" {
			continue
		}
		for method := range item.Operations() {
			described[method+" "+path] = true
			if method == http.MethodHead {
				method = http.MethodGet
			}
			if !slices.Contains(routes[path], method) {
				t.Errorf("%s %s is described and does not exist", method, path)
			}
		}
	}
	for path, methods := range routes {
		for _, method := range methods {
			if !described[method+" "+path] {
				t.Errorf("%s %s exists and is not described", method, path)
			}
		}
	}
}

// The list of codes is that of the logs package.
func TestOpenAPICodes(t *testing.T) {
	var codes []string
	file, err := parser.ParseFile(token.NewFileSet(), "../internal/logs/reasons.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		if spec, ok := n.(*ast.ValueSpec); ok && strings.HasPrefix(spec.Names[0].Name, "Code") {
			if value, ok := spec.Values[0].(*ast.BasicLit); ok { // else it is never sent
				codes = append(codes, strings.Trim(value.Value, `"`))
			}
		}
		return true
	})
	var described []string
	for _, code := range description(t).Components.Schemas["Problem"].Value.Properties["code"].Value.Enum {
		described = append(described, code.(string))
	}
	slices.Sort(codes)
	slices.Sort(described)
	if len(codes) == 0 || !slices.Equal(codes, described) {
		t.Errorf("described are\n%q\nthe code has\n%q", described, codes)
	}
}

// apiCase is a request and the status of its answer. In the path, {id} stands
// for a stored message, {open} and {failed} for live ones.
type apiCase struct {
	situation    string
	method, path string
	status       int
	body         string
	header       []string
}

var asJSON = []string{"Content-Type", "application/json"}

// chatWith is a request of the chat wire with further members.
func chatWith(members string) string {
	return `{"model":"m","messages":[{"role":"user","content":"Hi there 👋🏽"}]` + members + "}"
}

// tooLong is more than a message may have.
var tooLong = `{"message":"` + strings.Repeat("x", 2<<20) + `"}`

var apiCases = []apiCase{
	{"", "POST", "/send", 200, `{"message":"Hi"}`, asJSON},
	{"", "POST", "/send", 400, `{"message":`, asJSON},
	{"", "POST", "/send", 400, `{}`, asJSON},
	{"", "POST", "/send", 413, tooLong, asJSON},
	{"", "POST", "/send", 415, `{"message":"Hi"}`, nil},
	{"", "POST", "/send", 415, `{"message":"Hi"}`, []string{"Content-Type", "application/json", "Content-Encoding", "gzip"}},
	{"failing", "POST", "/send", 500, `{"message":"Hi"}`, asJSON},
	{"full", "POST", "/send", 503, `{"message":"Hi"}`, asJSON},
	{"draining", "POST", "/send", 503, `{"message":"Hi"}`, asJSON},
	{"", "GET", "/send", 405, "", nil},
	{"protected", "POST", "/send", 401, `{"message":"Hi"}`, asJSON},
	{"protected", "POST", "/send", 200, `{"message":"Hi"}`, append(asJSON, "Authorization", "Bearer "+sendToken)},
	{"protected", "DELETE", "/messages/{id}", 401, "", nil},

	{"", "GET", "/messages/{id}", 200, "", nil},
	{"", "GET", "/messages/unknown", 404, "", nil},
	{"failing", "GET", "/messages/{id}", 500, "", nil},
	{"closed", "GET", "/messages/{id}", 503, "", nil},
	{"", "DELETE", "/messages/" + unknownID, 204, "", nil},
	{"failing", "DELETE", "/messages/{id}", 500, "", nil},
	{"closed", "DELETE", "/messages/{id}", 503, "", nil},
	{"", "PUT", "/messages/{id}", 405, "", nil},
	{"", "GET", "/messages/{open}", 200, "", nil},
	{"", "GET", "/messages/{failed}", 200, "", nil},

	{"", "POST", "/messages", 201, "", nil},
	{"", "POST", "/messages", 201, `{"message":"Hi"}`, asJSON},
	{"", "POST", "/messages", 400, `{"message":1}`, asJSON},
	{"", "POST", "/messages", 413, tooLong, asJSON},
	{"", "POST", "/messages", 415, "Hi", asText},
	{"full", "POST", "/messages", 503, "", nil},
	{"draining", "POST", "/messages", 503, "", nil},
	{"", "PUT", "/messages", 405, "", nil},

	{"", "POST", "/messages/{open}/chunks", 200, "Hi", asText},
	{"", "POST", "/messages/{open}/chunks", 200, `{"chunk":"Hi"}`, asJSON},
	{"", "POST", "/messages/{open}/chunks?position=3", 200, "", asText},
	{"draining", "POST", "/messages/{open}/chunks", 200, "Hi", asText},
	{"", "POST", "/messages/{open}/chunks?position=x", 400, "Hi", asText},
	{"", "POST", "/messages/{open}/chunks", 400, "Hi \xff", asText},
	{"", "POST", "/messages/{open}/chunks", 400, `{}`, asJSON},
	{"", "POST", "/messages/{open}/chunks?position=0", 409, "Hi", asText},
	{"", "POST", "/messages/{id}/chunks", 409, "Hi", asText},
	{"", "POST", "/messages/{open}/chunks", 413, tooLong, asText},
	{"", "POST", "/messages/{open}/chunks", 415, "Hi", []string{"Content-Type", "text/html"}},
	{"closed", "POST", "/messages/{id}/chunks", 503, "Hi", asText},

	{"", "PUT", "/messages/{open}/progress", 200, `{"percent":37,"chunk":"Page 37 of 100"}`, asJSON},
	{"", "PUT", "/messages/{open}/progress", 400, `{"percent":101}`, asJSON},
	{"", "PUT", "/messages/{open}/progress", 409, `{"percent":36}`, asJSON},
	{"", "PUT", "/messages/{id}/progress", 409, `{"percent":37}`, asJSON},
	{"", "PUT", "/messages/{open}/progress", 413, tooLong, asJSON},
	{"", "PUT", "/messages/{open}/progress", 415, "37", asText},
	{"closed", "PUT", "/messages/{id}/progress", 503, `{"percent":37}`, asJSON},

	{"", "POST", "/messages/{failed}/fail", 200, "", nil},
	{"draining", "POST", "/messages/{failed}/fail", 200, `{"reason":"again"}`, asJSON},
	{"", "POST", "/messages/{open}/fail", 400, `{"reason":1}`, asJSON},
	{"", "POST", "/messages/{id}/fail", 409, "", nil},
	{"", "POST", "/messages/{open}/fail", 413, tooLong, asJSON},
	{"", "POST", "/messages/{open}/fail", 415, "why not", asText},
	{"closed", "POST", "/messages/{id}/fail", 503, "", nil},

	{"", "POST", "/messages/{failed}/complete", 409, "", nil},
	{"", "POST", "/messages/{open}/chunks?complete", 200, "!", asText},
	{"", "POST", "/messages/{open}/complete", 200, "", nil},
	{"closed", "POST", "/messages/{id}/complete", 503, "", nil},

	{"", "POST", "/v1/chat/completions", 200, chatWith(`,"stream":true`), asJSON},
	{"", "POST", "/v1/chat/completions?interval=1ms&unit=character", 200, chatWith(`,"stream":true,"stream_options":{"include_usage":true}`), asJSON},
	{"", "POST", "/v1/chat/completions", 200, chatWith(`,"n":1,"temperature":0.5`), asJSON},
	{"", "POST", "/v1/chat/completions", 200, chatWith(""), append(asJSON, "X-Stream-Plan", "fault=double:50%,noid&seed=3")},
	{"", "POST", "/v1/chat/completions", 204, chatWith(""), append(asJSON, "X-Stream-Plan", "fault=status:204")},
	{"", "POST", "/v1/chat/completions", 400, `{}`, asJSON},
	{"", "POST", "/v1/chat/completions", 400, `{"model":"m","messages":[]}`, asJSON},
	{"", "POST", "/v1/chat/completions?fault=explode", 400, chatWith(""), asJSON},
	{"", "POST", "/v1/chat/completions", 413, tooLong, asJSON},
	{"", "POST", "/v1/chat/completions", 415, chatWith(""), nil},
	{"", "POST", "/v1/chat/completions?fault=status:429", 429, chatWith(""), asJSON},
	{"", "POST", "/v1/chat/completions?fault=status:503", 503, chatWith(""), asJSON},
	{"failing", "POST", "/v1/chat/completions", 500, chatWith(""), asJSON},
	{"full", "POST", "/v1/chat/completions", 503, chatWith(""), asJSON},
	{"draining", "POST", "/v1/chat/completions", 503, chatWith(""), asJSON},
	{"protected", "POST", "/v1/chat/completions", 401, chatWith(""), asJSON},
	{"protected", "POST", "/v1/chat/completions", 200, chatWith(""), append(asJSON, "Authorization", "Bearer "+sendToken)},
	{"", "GET", "/v1/chat/completions", 405, "", nil},
	{"", "GET", "/v1/models", 200, "", nil},

	{"away", "POST", "/send", 503, `{"message":"Hi"}`, asJSON},
	{"away", "POST", "/messages", 503, "", nil},
	{"away", "GET", "/messages/{id}", 503, "", nil},
	{"away", "DELETE", "/messages/{id}", 503, "", nil},
	{"away", "POST", "/messages/{id}/chunks", 503, "Hi", asText},
	{"away", "PUT", "/messages/{id}/progress", 503, `{"percent":37}`, asJSON},
	{"away", "POST", "/messages/{id}/fail", 503, "", nil},
	{"away", "POST", "/messages/{id}/complete", 503, "", nil},
	{"away", "POST", "/v1/chat/completions", 503, chatWith(""), asJSON},
	{"away", "GET", "/livez", 200, "", nil},
	{"away", "GET", "/readyz", 503, "", nil},

	{"", "GET", "/livez", 200, "", nil},
	{"", "GET", "/readyz", 200, "", nil},
	{"draining", "GET", "/livez", 200, "", nil},
	{"draining", "GET", "/readyz", 503, "", nil},
	{"", "POST", "/readyz", 405, "", nil},

	{"", "GET", "/openapi.yaml", 200, "", nil},
	{"", "GET", "/openapi.yaml", 304, "", []string{"If-None-Match", "*"}},
	{"", "GET", "/faults", 200, "", nil},
	{"", "GET", "/faults", 304, "", []string{"If-None-Match", "*"}},
	{"", "GET", "/", 200, "", nil},
	{"", "GET", "/", 304, "", []string{"If-None-Match", "*"}},
	{"", "GET", "/progress.html", 200, "", nil},
	{"", "GET", "/index.js", 200, "", nil},
	{"", "GET", "/style.css", 200, "", nil},
	{"", "GET", "/favicon.svg", 200, "", nil},
	{"", "GET", "/index.html", 304, "", []string{"If-None-Match", "*"}},
	{"", "GET", "/nothing", 404, "", nil},
	{"", "POST", "/index.html", 405, "", nil},
}

func init() {
	for _, path := range []string{"/stream/", "/progress/"} {
		one := path + "{id}?interval=1ms"
		apiCases = append(apiCases,
			apiCase{"", "GET", one, 200, "", nil},
			apiCase{"", "GET", one, 200, "", []string{"Last-Event-ID", "0"}},
			apiCase{"", "GET", one + "&lastEventId=99", 200, "", nil},
			apiCase{"", "GET", one + "&heartbeat=event", 200, "", []string{"X-Stream-Plan", "heartbeat=comment"}},
			apiCase{"", "GET", path + "{id}", 200, "", []string{"X-Stream-Plan", "interval=1ms&heartbeat=event"}},
			apiCase{"", "GET", one + "&fault=comment@1,double:5%&fault=drop@0&seed=42", 200, "", nil},
			apiCase{"", "GET", path + "{id}", 200, "", []string{"X-Stream-Plan", "interval=1ms&fault=noid,end@2"}},
			apiCase{"full", "GET", path + "{id}?interval=1m", 503, "", nil},
			apiCase{"draining", "GET", one, 200, "", nil},
			apiCase{"draining", "GET", path + unknownID, 200, "", nil},
			apiCase{"draining", "GET", path + "x", 404, "", nil},
			apiCase{"", "POST", one, 405, "", nil},
		)
		for _, method := range []string{"GET", "HEAD"} {
			apiCases = append(apiCases,
				apiCase{"", method, one, 204, "", []string{"Last-Event-ID", "end"}},
				apiCase{"", method, path + "{id}?interval=0", 400, "", nil},
				apiCase{"", method, path + "{id}?heartbeat=ping", 400, "", nil},
				apiCase{"", method, path + "{id}?fault=explode", 400, "", nil},
				apiCase{"", method, one + "&fault=status:418", 418, "", nil},
				apiCase{"", method, one + "&fault=status:503", 503, "", nil},
				apiCase{"", method, one + "&fault=status:204", 204, "", nil},
				apiCase{"", method, path + unknownID, 404, "", nil},
				apiCase{"", method, one, 406, "", []string{"Accept", "application/json"}},
				apiCase{"failing", method, one, 500, "", nil},
				apiCase{"away", method, one, 503, "", nil},
				apiCase{"away", method, one, 503, "", []string{"Last-Event-ID", "end"}},
				apiCase{"closed", method, one, 200, "", nil},
				apiCase{"closed", method, one, 200, "", []string{"Last-Event-ID", "end"}}, // 204 needs to know the message
				apiCase{"draining", method, one, 204, "", []string{"Last-Event-ID", "end"}},
				apiCase{"draining", method, path + "{id}?interval=0", 400, "", nil},
			)
		}
		apiCases = append(apiCases, apiCase{"full", "HEAD", one, 200, "", nil})
	}
	for _, path := range []string{
		"/stream/{id}?interval=1ms&unit=word", "/stream/{id}?unit=chunk", "/stream/{failed}", "/progress/{failed}",
		"/stream/{open}", "/progress/{open}", // which is complete by now
	} {
		apiCases = append(apiCases, apiCase{"", "GET", path, 200, "", nil})
	}
	for path, method := range map[string]string{
		"/messages": "POST", "/messages/{id}/chunks": "POST", "/messages/{id}/complete": "POST", "/messages/{id}/fail": "POST", "/messages/{id}/progress": "PUT",
	} {
		apiCases = append(apiCases,
			apiCase{"failing", method, path, 500, "", nil},
			apiCase{"protected", method, path, 401, "", nil},
		)
		if path != "/messages" {
			apiCases = append(apiCases, apiCase{"", method, strings.Replace(path, "{id}", unknownID, 1), 404, "", nil})
		}
	}
}

const unknownID = "5b0e2f0c-8a57-4a5e-9d0b-0d3f4a1c2b3e"

// situation starts a server in a state that leads to a kind of answer, with the
// messages whose ids names puts into a path.
func situation(t *testing.T, name string, inMemory bool) (server *ssetest.Server, names *strings.Replacer) {
	config := ssetest.Config{InMemory: inMemory, API: httpapi.Config{Pages: assets.FS()}}
	switch name {
	case "failing":
		config.Wrap = failingWith(errors.New("disk on fire"))
		return ssetest.Start(t, config), strings.NewReplacer("{id}", unknownID)
	case "closed":
		config.Wrap = failingWith(broker.ErrClosed)
		return ssetest.Start(t, config), strings.NewReplacer("{id}", unknownID)
	case "away":
		config.Wrap = failingWith(broker.ErrStoreUnavailable)
		config.API.StoreAvailable = func() bool { return false }
		return ssetest.Start(t, config), strings.NewReplacer("{id}", unknownID)
	case "protected":
		server, id := protected(t)
		return server, strings.NewReplacer("{id}", id)
	case "full":
		config.Broker.MaxMessages, config.Broker.MaxStreams = 1, 1
	}
	server = ssetest.Start(t, config)
	id := server.Submit("Hi 👋🏽")
	if name == "full" {
		server.Open(ssetest.HTTP1, "/stream/"+id+"?interval=1m").WantOpening()
		return server, strings.NewReplacer("{id}", id)
	}
	open, failed := produce(t, server, "Hi"), produce(t, server, "Hi")
	failed.put(37, "Page 37 of 100")
	failed.fail("no more paper")
	if name == "draining" {
		server.API.Drain()
		if err := server.Broker.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	return server, strings.NewReplacer("{id}", id, "{open}", open.name, "{failed}", failed.name)
}

// Every response that the description has is given, and no other.
func TestOpenAPIResponses(t *testing.T) {
	c := newChecker(t)
	onEach(t, func(t *testing.T, protocol ssetest.Protocol) {
		seen := c.run(t, protocol)
		synctest.Test(t, func(t *testing.T) { // these take ten seconds each
			server, names := situation(t, "", true)
			for path, method := range map[string]string{
				"/send": "POST", "/messages": "POST", "/messages/{open}/chunks": "POST", "/messages/{open}/fail": "POST", "/messages/{open}/progress": "PUT",
			} {
				body, never := io.Pipe()
				c.check(t, askWith(t, server, protocol, method, names.Replace(path), body, asJSON...), 408, seen)
				never.Close()
			}
		})
		c.wantAllSeen(t, seen)
	})
}

// checker compares answers with the description.
type checker struct {
	doc    *openapi3.T
	router routers.Router
}

func newChecker(t *testing.T) checker {
	doc := description(t)
	router, err := legacy.NewRouter(doc)
	if err != nil {
		t.Fatal(err)
	}
	return checker{doc, router}
}

// run asks for everything in apiCases and returns which responses were seen, as
// "GET /livez 200".
func (c checker) run(t *testing.T, protocol ssetest.Protocol) (seen map[string]bool) {
	seen = make(map[string]bool)
	for _, name := range []string{"", "failing", "closed", "away", "full", "draining", "protected"} {
		server, names := situation(t, name, false)
		for _, test := range apiCases {
			if test.situation == name {
				c.check(t, ask(t, server, protocol, test.method, names.Replace(test.path), test.body, test.header...), test.status, seen)
			}
		}
		server.Stop()
	}
	return seen
}

func (c checker) check(t *testing.T, got answer, status int, seen map[string]bool) {
	t.Helper()
	name := fmt.Sprintf("%s %s", got.Request.Method, got.Request.URL.RequestURI())
	if got.StatusCode != status {
		t.Errorf("%s: %s %s; want %d", name, got.Status, got.body, status)
		return
	}
	// A checked request of its own: that of the answer has no body any more.
	request, _ := http.NewRequestWithContext(context.Background(), got.Request.Method, got.Request.URL.Path+"?"+got.Request.URL.RawQuery, nil)
	request.Header = got.Request.Header
	route, params, err := c.router.FindRoute(request)
	if status == http.StatusMethodNotAllowed {
		if err == nil && route.Path != "/{file}" {
			t.Errorf("%s: described, and not allowed", name)
		}
		route = &routers.Route{Spec: c.doc, Operation: &openapi3.Operation{Responses: openapi3.NewResponses(
			openapi3.WithStatus(status, c.doc.Components.Responses["MethodNotAllowed"]))}}
	} else if err != nil {
		t.Errorf("%s: %v", name, err)
		return
	} else {
		described := strconv.Itoa(status)
		if route.Operation.Responses.Value(described) == nil {
			described = "default" // of the statuses that a plan can have
		}
		seen[fmt.Sprintf("%s %s %s", route.Method, route.Path, described)] = true
	}
	options := &openapi3filter.Options{IncludeResponseStatus: true, ExcludeRequestBody: true, AuthenticationFunc: openapi3filter.NoopAuthenticationFunc}
	input := &openapi3filter.RequestValidationInput{Request: request, Route: route, PathParams: params, Options: options}
	if status < 300 {
		if err := openapi3filter.ValidateRequest(t.Context(), input); err != nil {
			t.Errorf("%s: the request: %v", name, err)
		}
	}
	if got.Request.Method == http.MethodHead { // the library would look at nothing
		input.Request = request.Clone(context.Background())
		input.Request.Method = http.MethodGet
		options.ExcludeResponseBody = true
		if got.body != "" {
			t.Errorf("%s: body %q", name, got.body)
		}
	}
	response := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: input, Status: status, Header: got.Header, Options: options,
		Body: io.NopCloser(strings.NewReader(got.body)),
	}
	if err := openapi3filter.ValidateResponse(t.Context(), response); err != nil {
		t.Errorf("%s: %d: %v", name, status, err)
	}
	sentAway := strings.HasPrefix(got.body, "retry:")
	if got.Header.Get("Content-Type") == "text/event-stream" && got.body != "" && !sentAway {
		c.checkEvents(t, name, got.body)
	}
}

// checkEvents compares the JSON of each event with its schema.
func (c checker) checkEvents(t *testing.T, name, body string) {
	t.Helper()
	events := 0
	err := new(eventstream.Parser).Feed([]byte(body), eventFunc(func(e eventstream.Event) error {
		events++
		schemas := map[string]string{"": "CharacterChunk", "done": "CharactersDone", "resumed": "Resumed", "failed": "Failed", "heartbeat": "Heartbeat"}
		switch {
		case strings.Contains(name, "/progress/"):
			schemas[""], schemas["done"] = "ProgressChunk", "ProgressDone"
		case strings.Contains(name, "/v1/"):
			schemas[""] = "ChatChunk"
			if string(e.Data) == "[DONE]" {
				return nil
			}
		}
		var value any
		decoder := json.NewDecoder(bytes.NewReader(e.Data))
		if err := decoder.Decode(&value); err != nil {
			return err
		}
		return c.doc.Components.Schemas[schemas[string(e.Type)]].Value.VisitJSON(value)
	}))
	if err != nil || events == 0 {
		t.Errorf("%s: %d events, %v\n%s", name, events, err, body)
	}
}

// wantAllSeen checks that every response in the description was seen.
func (c checker) wantAllSeen(t *testing.T, seen map[string]bool) {
	t.Helper()
	for path, item := range c.doc.Paths.Map() {
		for method, operation := range item.Operations() {
			for status := range operation.Responses.Map() {
				if name := fmt.Sprintf("%s %s %s", method, path, status); !seen[name] {
					t.Errorf("%s is described and was never answered", name)
				}
			}
		}
	}
}

// The examples of streams are what a server would send.
func TestOpenAPIExamples(t *testing.T) {
	c := newChecker(t)
	for path, item := range c.doc.Paths.Map() {
		for method, operation := range item.Operations() {
			answer := operation.Responses.Status(200)
			if answer == nil || answer.Value.Content["text/event-stream"] == nil {
				continue
			}
			for name, example := range answer.Value.Content["text/event-stream"].Examples {
				text := example.Value.Value.(string)
				if !strings.HasSuffix(text, "\n\n") || strings.HasSuffix(text, "\n\n\n") {
					t.Errorf("%s of %s %s does not end with one blank line: %q", name, method, path, text)
				}
				c.checkEvents(t, path, text)
			}
		}
	}
}

// eventFunc is an eventstream.Handler that only cares for events.
type eventFunc func(eventstream.Event) error

func (f eventFunc) Event(e eventstream.Event) error { return f(e) }
func (eventFunc) Comment([]byte)                    {}
func (eventFunc) Retry(time.Duration)               {}
