package main

import (
	"context"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"sseserver/assets"
)

// An answer is what a scripted server does with one connection: a status, headers,
// text, and then what.
type answer struct {
	status int    // 0 is 200
	header string // "Retry-After: 0", one; "" is none
	text   string
	then   string // "" ends the body, "cut" breaks the connection once the page has the text, "hang" waits until the client leaves
}

// scripts are the answers of a server, by path, to one connection after the other;
// the last of them is repeated.
type scripts map[string][]answer

// serveScripts starts a server with an empty page, the client, and the scripts. It
// also says with which id each connection of a path began, and by which method.
func serveScripts(t *testing.T, scripts scripts) (url string, asked func(path string) []string) {
	t.Helper()
	var mu sync.Mutex
	requests := make(map[string][]string)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, `<!doctype html><title>x</title><link rel="icon" href="data:,"><p>a page`)
	})
	client, err := fs.ReadFile(assets.FS(), "sse-client.js")
	if err != nil {
		t.Fatal(err)
	}
	mux.HandleFunc("GET /sse-client.js", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/javascript")
		_, _ = w.Write(client)
	})
	got := make(map[string]chan struct{})
	for name := range scripts {
		got[name] = make(chan struct{}, 1)
	}
	mux.HandleFunc("POST /got/{script}", func(_ http.ResponseWriter, r *http.Request) { got[r.PathValue("script")] <- struct{}{} })
	mux.HandleFunc("/{script}", func(w http.ResponseWriter, r *http.Request) {
		path := r.URL.Path
		mu.Lock()
		n := len(requests[path])
		requests[path] = append(requests[path], r.Method+" "+r.Header.Get("Last-Event-ID")+r.URL.Query().Get("lastEventId")+r.Header.Get("X-Test"))
		mu.Unlock()
		answers := scripts[path[1:]]
		if answers == nil {
			http.NotFound(w, r)
			return
		}
		answers[min(n, len(answers)-1)].serve(w, r, got[path[1:]])
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL, func(path string) []string {
		mu.Lock()
		defer mu.Unlock()
		return slices.Clone(requests[path])
	}
}

func (a answer) serve(w http.ResponseWriter, r *http.Request, got <-chan struct{}) {
	w.Header().Set("Content-Type", "text/event-stream")
	if key, value, ok := strings.Cut(a.header, ": "); ok {
		w.Header().Set(key, value)
	}
	if a.status != 0 {
		w.WriteHeader(a.status)
	}
	fmt.Fprint(w, a.text)
	if a.status == 0 {
		_ = http.NewResponseController(w).Flush()
	}
	switch a.then {
	case "cut":
		<-got
		panic(http.ErrAbortHandler)
	case "hang":
		<-r.Context().Done()
	}
}

// client makes `follow(path, options, until)` in the page: it opens a stream, and
// answers what it has told when it was over, or when `until` said so. Chance is
// switched off, so that each delay is exact.
const client = `window.follow = async (path, options = {}, until = () => false) => {
	Math.random = () => 0;
	const {EventStream} = await import('./sse-client.js');
	return new Promise((resolve) => {
		const trace = [];
		const tell = (line) => {
			trace.push(line);
			const over = until(line, stream);
			if (over || /^(ended|failed)/.test(line)) resolve(trace.join('\n'));
		};
		const event = ({type, data, lastEventId}) => {
			tell(type + ' ' + data + ' @' + lastEventId);
			if (data === 'a' && options.tells) fetch('/got' + path, {method: 'POST'});
		};
		const stream = window.stream = new EventStream(path, {
			retry: 1,
			on: {message: event, done: event, named: event},
			...options,
			state: (state, {attempt, delay, waiting, error}) => tell([state, attempt || '',
				delay === undefined ? '' : 'in ' + delay, waiting ? 'waiting' : '', state === 'failed' ? error.message : ''].filter(Boolean).join(' ')),
		});
		stream.open();
	});
};`

const (
	one  = "id: 1\ndata: a\n\n"
	two  = "id: 2\ndata: b\n\n"
	over = "event: done\nid: end\ndata: c\n\n"
)

// testClientStates has servers that do all that servers do, and both transports.
func testClientStates(t *testing.T, browser context.Context) {
	const begins = "connecting\nlive\n"
	const ends = "done c @end\nended"
	cases := []struct {
		name    string
		answers []answer
		options string
		want    string
		asked   []string
	}{
		{"whole", []answer{{text: one + two + over}}, "", begins + "message a @1\nmessage b @2\n" + ends, []string{"GET "}},
		{
			"cut",
			[]answer{{text: one, then: "cut"}, {text: two + over}},
			"tells: true",
			begins + "message a @1\nreconnecting 1 in 1\nconnecting 1\nlive 1\nmessage b @2\n" + ends,
			[]string{"GET ", "GET 1"},
		},
		{
			"ends-early",
			[]answer{{text: one}, {text: two + over}},
			"",
			begins + "message a @1\nreconnecting 1 in 1\nconnecting 1\nlive 1\nmessage b @2\n" + ends,
			[]string{"GET ", "GET 1"},
		},
		{
			"backs-off",
			[]answer{{}, {}, {}, {text: over}},
			"",
			begins + "reconnecting 1 in 1\nconnecting 1\nlive 1\nreconnecting 2 in 2\nconnecting 2\nlive 2\nreconnecting 3 in 4\nconnecting 3\nlive 3\n" + ends, nil,
		},
		{
			"bears-two",
			[]answer{{}},
			"attempts: 2",
			begins + "reconnecting 1 in 1\nconnecting 1\nlive 1\nreconnecting 2 in 2\nconnecting 2\nlive 2\nfailed 2 The stream ended early.", nil,
		},
		// What EventSource hides, fetch asks for once more.
		{"busy", []answer{{status: 503}, {text: over}}, "transport: undefined", begins + ends, []string{"GET ", "GET "}},
		{
			"busy-long",
			[]answer{{status: 503}, {status: 503, header: "Retry-After: 1"}, {status: 503}, {text: over}},
			"transport: undefined",
			"connecting\nreconnecting 1 in 1000\nconnecting 1\nreconnecting 2 in 2\nconnecting 2\nlive 2\n" + ends,
			[]string{"GET ", "GET ", "GET ", "GET "},
		},
		{
			"too-many",
			[]answer{{status: 429, header: "Retry-After: tomorrow"}, {text: over}},
			"transport: 'fetch'",
			"connecting\nreconnecting 1 in 1\nconnecting 1\nlive 1\n" + ends, nil,
		},
		{"gone", []answer{{status: 404, text: `{"code":"message_not_found"}`}}, "", "connecting\nfailed No event stream, but status 404.", nil},
		{"nothing-more", []answer{{text: one}, {status: 204}}, "", begins + "message a @1\nreconnecting 1 in 1\nconnecting 1\nended 1", nil},
		{"a-page", []answer{{header: "Content-Type: text/html", text: "<p>"}}, "", "connecting\nfailed No event stream, but status 200.", nil},
		{
			"stale",
			[]answer{{text: one, then: "hang"}, {text: two + over}},
			"stale: 1500",
			begins + "message a @1\nstale\nreconnecting 1 in 1\nconnecting 1\nlive 1\nmessage b @2\n" + ends,
			[]string{"GET ", "GET 1"},
		},
		{"other-end", []answer{{text: "data: [DONE]\n\n", then: "hang"}}, "done: ({data}) => data === '[DONE]'", begins + "message [DONE] @\nended", nil},
		{"heartbeats", []answer{{text: "event: heartbeat\ndata: {}\n\n" + over}}, "", begins + ends, nil},
		{
			"without-ids",
			[]answer{{text: one, then: "cut"}, {text: "event: heartbeat\ndata: {}\n\n"}, {text: two + over}},
			"tells: true",
			begins + "message a @1\nreconnecting 1 in 1\nconnecting 1\nlive 1\nreconnecting 1 in 1\nconnecting 1\nlive 1\nmessage b @2\n" + ends,
			[]string{"GET ", "GET 1", "GET 1"},
		},
		{"throws", []answer{{text: one, then: "hang"}}, "on: {message: () => { throw new Error('a defect'); }}", begins + "failed a defect", nil},
		{"begins-later", []answer{{text: two + over}}, "lastEventId: 'é 1'", begins + "message b @2\n" + ends, nil},
		{
			"an-id-alone",
			[]answer{{text: "id: 7\n\n: x\n\n" + "id: 8\ndata: never complete\n"}, {text: over}},
			"",
			begins + "reconnecting 1 in 1\nconnecting 1\nlive 1\n" + ends,
			[]string{"GET ", "GET 7"},
		},
	}
	answers := make(scripts)
	for _, test := range cases {
		answers[test.name], answers[test.name+"-fetch"] = test.answers, test.answers
	}
	url, asked := serveScripts(t, answers)
	p := openTab(t, browser, url, "Failed to load resource", "MIME type", "can’t establish a connection")
	p.js(client)
	for _, test := range cases {
		for _, way := range []string{"", "-fetch"} {
			if test.name == "an-id-alone" && way == "" {
				continue // EventSource tells of no event, so only the browser knows its id
			}
			options := "{" + test.options + "}"
			if way != "" {
				options = "{transport: 'fetch', " + test.options + "}"
			}
			path := "/" + test.name + way
			if got := promised[string](p, fmt.Sprintf("follow(%q, %s)", path, options)); got != test.want {
				t.Errorf("%s:\n got %q\nwant %q", path, got, test.want)
			}
			if got := asked(path); test.asked != nil && !slices.Equal(got, test.asked) {
				t.Errorf("%s was asked %q, want %q", path, got, test.asked)
			}
		}
	}
	if got := asked("/begins-later-fetch"); got[0] != "GET é 1" {
		t.Errorf("an id that is not ASCII arrived as %q", got)
	}
}

// testClientFetch has what only fetch can do.
func testClientFetch(t *testing.T, browser context.Context) {
	url, asked := serveScripts(t, scripts{
		"post":  {{text: "retry: 3\n" + one, then: "cut"}, {text: ": two bytes é\n" + two + over}},
		"wrong": {{status: 400, text: `{"code":"invalid_parameter"}`}},
		"hasty": {{text: "retry: 0\n"}, {}, {text: over}},
		"later": {{status: 503, header: "Retry-After: 9999999"}},
		"alone": {{text: over}},
	})
	p := openTab(t, browser, url, "status of 400", "status of 503", "ERR_INCOMPLETE_CHUNKED_ENCODING")
	p.js(client)
	p.js(`window.seen = []; window.statuses = []`)
	got := promised[string](p, `follow('/post', {tells: true, transport: 'fetch', method: 'POST', body: 'x', headers: {'X-Test': 'mine'}, bytes: (bytes) => seen.push(...bytes)})`)
	if want := "connecting\nlive\nmessage a @1\nreconnecting 1 in 3\nconnecting 1\nlive 1\nmessage b @2\ndone c @end\nended"; got != want {
		t.Errorf("got %q\nwant %q", got, want)
	}
	if got, want := asked("/post"), []string{"POST mine", "POST 1mine"}; !slices.Equal(got, want) {
		t.Errorf("asked %q, want %q", got, want)
	}
	if got, want := eval[string](p, "new TextDecoder().decode(Uint8Array.from(seen))"), "retry: 3\n"+one+": two bytes é\n"+two+over; got != want {
		t.Errorf("the bytes were %q, want %q", got, want)
	}
	got = promised[string](p, `follow('/wrong', {transport: 'fetch', response: ({status}) => statuses.push(status)}).then(() => statuses.join() + ' ' + stream.state)`)
	if want := "400 failed"; got != want {
		t.Errorf("a refusal: %q, want %q", got, want)
	}

	// No server makes it ask without a pause, and none makes it wait longer than a timer can.
	got = promised[string](p, "follow('/hasty', {transport: 'fetch'})")
	if want := "connecting\nlive\nreconnecting 1 in 1\nconnecting 1\nlive 1\nreconnecting 2 in 2\nconnecting 2\nlive 2\ndone c @end\nended"; got != want {
		t.Errorf("got %q\nwant %q", got, want)
	}
	got = promised[string](p, "follow('/later', {transport: 'fetch'}, (line) => line.startsWith('reconnecting')).finally(() => stream.close())")
	if want := "connecting\nreconnecting 1 in 1000000000"; got != want {
		t.Errorf("got %q\nwant %q", got, want)
	}

	p.js("delete globalThis.EventSource") // as it is in Node.js
	if got, want := promised[string](p, "follow('/alone')"), "connecting\nlive\ndone c @end\nended"; got != want {
		t.Errorf("without EventSource: %q, want %q", got, want)
	}
}

// testClientPage has what becomes of the page: hidden, left, kept, reloaded, offline.
func testClientPage(t *testing.T, browser context.Context) {
	hangs := answer{text: one, then: "hang"}
	lost := []answer{{text: one}, {text: two + over}}
	url, asked := serveScripts(t, scripts{
		"left": {hangs, {text: two + over}}, "left-fetch": {hangs, {text: two + over}},
		"hidden": {hangs, {text: two + over}}, "online": lost, "seen": lost,
		"closes": {hangs}, "silent": {{text: one, then: "hang"}}, "session": {hangs, {text: two + over}},
	})
	p := openTab(t, browser, url)
	p.js(client)
	p.js(`window.hide = (hidden) => {
		Object.defineProperty(document, 'hidden', {value: hidden, configurable: true});
		document.dispatchEvent(new Event('visibilitychange'));
		delete document.hidden;
	}; 0`)
	const back = "connecting\nlive\nmessage b @2\ndone c @end\nended"
	for _, test := range []struct{ path, options, when, then, want string }{
		{"left", "", "line.startsWith('message a')", "dispatchEvent(new PageTransitionEvent('pagehide', {persisted: true})), dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))", "closed\n" + back},
		{"left-fetch", "transport: 'fetch'", "line.startsWith('message a')", "dispatchEvent(new PageTransitionEvent('pagehide')), dispatchEvent(new PageTransitionEvent('pageshow'))", "closed\n" + back},
		{"hidden", "hidden: 'close'", "line.startsWith('message a')", "hide(true), hide(false)", "closed\n" + back},
		{"online", "retry: 1e8", "line.startsWith('reconnecting')", "dispatchEvent(new Event('online'))", "reconnecting 1 in 100000000\nconnecting 1\nlive 1\nmessage b @2\ndone c @end\nended"},
		{"seen", "retry: 1e8", "line.startsWith('reconnecting')", "hide(true), hide(false)", "reconnecting 1 in 100000000\nconnecting 1\nlive 1\nmessage b @2\ndone c @end\nended"},
		{"closes", "", "line.startsWith('message a')", "stream.close(), resolve()", "closed"},
	} {
		t.Log(test.path)
		got := promised[string](p, fmt.Sprintf(`new Promise((resolve) => follow(%q, {%s}, (line) => {
			window.trace = (window.trace ?? []);
			trace.push(line);
			if (%s) setTimeout(() => { %s; });
			return false;
		}).then(resolve)).then(() => trace.splice(0).join('\n'))`, test.path, test.options, test.when, test.then))
		if want := "connecting\nlive\nmessage a @1\n" + test.want; got != want {
			t.Errorf("%s:\n got %q\nwant %q", test.path, got, want)
		}
	}
	if got, want := asked("/left-fetch"), []string{"GET ", "GET 1"}; !slices.Equal(got, want) {
		t.Errorf("asked %q, want %q", got, want)
	}

	const session = `{session: {key: 'k', save: () => 'what was here', restore: (saved) => { window.restored = saved; }}}`
	promised[string](p, "follow('/session', "+session+", (line) => line.startsWith('message a'))")
	p.open(url + "/?again")
	p.js(client)
	if got := promised[string](p, "follow('/session', "+session+").then((trace) => restored + '\\n' + trace)"); got != "what was here\n"+back {
		t.Errorf("after a reload: %q", got)
	}
	if got, want := asked("/session"), []string{"GET ", "GET 1"}; !slices.Equal(got, want) {
		t.Errorf("asked %q, want %q", got, want)
	}
	if got := eval[int](p, "sessionStorage.length"); got != 0 {
		t.Errorf("%d things are left in the session's storage", got)
	}
}
