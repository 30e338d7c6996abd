package httpapi_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sseserver/broker"
	"sseserver/httpapi"
	"sseserver/httpapi/ssetest"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	time.Local = time.FixedZone("elsewhere", 5*3600+1800) // where a time that must be UTC shows if it is not
	goleak.VerifyTestMain(m)
}

// onEach runs a test for each protocol, over loopback connections.
func onEach(t *testing.T, test func(t *testing.T, protocol ssetest.Protocol)) {
	for _, protocol := range ssetest.Protocols {
		t.Run(string(protocol), func(t *testing.T) { test(t, protocol) })
	}
}

// inBubbles runs a test for each protocol in a bubble, where servers must be
// started in memory.
func inBubbles(t *testing.T, test func(t *testing.T, protocol ssetest.Protocol)) {
	onEach(t, func(t *testing.T, protocol ssetest.Protocol) {
		synctest.Test(t, func(t *testing.T) { test(t, protocol) })
	})
}

// answer is a whole response.
type answer struct {
	*http.Response
	body string
}

// ask sends a request and reads the answer. The header is given as name, value,
// name, value, …
func ask(t *testing.T, server *ssetest.Server, protocol ssetest.Protocol, method, path, body string, header ...string) answer {
	t.Helper()
	return askWith(t, server, protocol, method, path, strings.NewReader(body), header...)
}

func askWith(t *testing.T, server *ssetest.Server, protocol ssetest.Protocol, method, path string, body io.Reader, header ...string) answer {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, server.URL+path, body)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Add(header[i], header[i+1])
	}
	resp, err := server.Client(protocol).Do(req)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	defer resp.Body.Close()
	content, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	if resp.Proto != protocol.Version() {
		t.Fatalf("%s %s was answered over %s, want %s", method, path, resp.Proto, protocol)
	}
	return answer{resp, string(content)}
}

// wantProblem checks that the answer is the problem with this status and code,
// complete in form.
func (a answer) wantProblem(t *testing.T, status int, code string) {
	t.Helper()
	if a.StatusCode != status || a.Header.Get("Content-Type") != "application/problem+json" {
		t.Fatalf("%s %s: %s, %s, %q; want %d %s", a.Request.Method, a.Request.URL, a.Status, a.Header.Get("Content-Type"), a.body, status, code)
	}
	var problem struct {
		Type, Title, Detail, Code string
		Status                    int

		Position, Bytes, Percent *int
		State                    string

		Parameter, Minimum, Maximum string
	}
	decoder := json.NewDecoder(bytes.NewReader([]byte(a.body)))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&problem); err != nil {
		t.Fatalf("%s %s: %q: %v", a.Request.Method, a.Request.URL, a.body, err)
	}
	if problem.Code != code || problem.Status != status || problem.Type != "urn:sseserver:problem:"+code || problem.Title == "" || problem.Detail == "" {
		t.Errorf("%s %s: %s; want %d %s, with all members", a.Request.Method, a.Request.URL, a.body, status, code)
	}
	if got := a.Header.Get("Cache-Control"); got != "no-store" {
		t.Errorf("%s %s: Cache-Control %q; want no-store", a.Request.Method, a.Request.URL, got)
	}
	if retry := a.Header.Get("Retry-After"); (retry != "") != (status == http.StatusServiceUnavailable) {
		t.Errorf("%s %s: %d with Retry-After %q", a.Request.Method, a.Request.URL, status, retry)
	}
}

// wantMembers checks which members a problem has beside those that all have.
func (a answer) wantMembers(t *testing.T, members string) {
	t.Helper()
	_, rest, _ := strings.Cut(a.body, `,"code":`)
	_, rest, _ = strings.Cut(strings.TrimSuffix(rest, "}"), ",")
	if rest != members {
		t.Errorf("%s %s: %s has %s; want %s", a.Request.Method, a.Request.URL, a.body, rest, members)
	}
}

// broken is a broker that fails with one error, whatever it is asked.
type broken struct{ err error }

func (broken) NewMessage(string) *broker.Message { return new(broker.Message) }

func (b broken) Submit(context.Context, netip.Prefix, string) (*broker.Message, error) {
	return nil, b.err
}

func (b broken) Lookup(context.Context, broker.MessageID) (broker.Status, error) {
	return broker.Status{}, b.err
}

func (b broken) Delete(context.Context, broker.MessageID) (broker.Removal, bool, error) {
	return broker.Removal{}, false, b.err
}

func (broken) Prepare(_ context.Context, request broker.Request) (broker.Request, error) {
	return request, nil
}

func (b broken) Subscribe(context.Context, context.CancelCauseFunc, broker.Request) (*broker.Subscription, error) {
	return nil, b.err
}

func (b broken) Open(context.Context, netip.Prefix, string) (*broker.Message, error) {
	return nil, b.err
}

func (b broken) Append(context.Context, broker.MessageID, int, string) (*broker.Message, error) {
	return nil, b.err
}

func (b broken) Complete(context.Context, broker.MessageID, int) (*broker.Message, bool, error) {
	return nil, false, b.err
}

func (b broken) Fail(context.Context, broker.MessageID, string) (*broker.Message, bool, error) {
	return nil, false, b.err
}

func (b broken) PutProgress(context.Context, broker.MessageID, int, string) (*broker.Message, error) {
	return nil, b.err
}

// failingWith is a ssetest.Config.Wrap.
func failingWith(err error) func(httpapi.Broker) httpapi.Broker {
	return func(httpapi.Broker) httpapi.Broker { return broken{err} }
}
