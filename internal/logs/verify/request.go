package verify

import (
	"bytes"
	"slices"
	"strings"

	"sseserver/internal/logs"
	"sseserver/internal/logs/reading"

	"go.uber.org/zap/zapcore"
)

// request is a line that the http.request of its request is to follow.
type request struct {
	event   *logs.Event
	message id
	ofOne   bool  // it is about that message
	status  int64 // of the answer; 0 if the line does not tell
	answers bool  // the line alone is why the answer is as it is
	must    bool  // its line has to come
	stream  *stream
	came    bool
}

// expect makes it a problem if the http.request of this line's request does not come.
func (r *run) expect(l *reading.Line, message id) *request {
	key := l.Str("request_id")
	if key == "" || r.least > zapcore.InfoLevel {
		return nil
	}
	new := &request{event: l.Event, message: message, ofOne: true, answers: l.Event == logs.MessageSubmitted || l.Event == logs.StreamOpened}
	// An append may complete a message, and its request is logged at debug.
	r.ask(l, key, new, l.Event != logs.MessageCompleted || r.sees(zapcore.DebugLevel))
	return new
}

// refused follows a line about a request that was refused.
func (r *run) refused(l *reading.Line) {
	key := l.Str("request_id")
	if key == "" || r.least > zapcore.InfoLevel || l.Has("url.path") && l.Event != logs.HTTPPanic {
		return // what says the path has no http.request beside it
	}
	new := &request{event: l.Event, answers: true}
	new.status, _ = l.Int("status")
	if l.Event == logs.StreamFault {
		new.answers = false
	}
	if l.Event == logs.HTTPPanic { // which may have come after all
		new.answers = true
	}
	r.ask(l, key, new, l.Event != logs.HTTPPanic)
}

// ask keeps a request until its line comes. Lines of routes that are logged at debug
// are not waited for, and only compared if they come.
func (r *run) ask(l *reading.Line, key string, new *request, must bool) {
	new.must = must
	r.requests[key] = append(r.requests[key], new)
	r.due.push(due{by: r.now.Add(patience), at: place{l.Source, l.Number}, request: new, text: key})
}

// take removes a request from those that wait.
func (r *run) take(key string, done *request) {
	rest := slices.DeleteFunc(r.requests[key], func(other *request) bool { return other == done })
	if len(rest) == 0 {
		delete(r.requests, key)
		return
	}
	r.requests[key] = rest
}

// httpRequest checks the line of a request against those that led to its answer.
func (r *run) httpRequest(l *reading.Line) {
	key := l.Text("request_id")
	route, path := string(l.Text("http.route")), l.Text("url.path")
	status, _ := l.Int("http.response.status_code")
	waiting := r.requests[string(key)]
	answered := false
	for _, each := range slices.Clone(waiting) {
		if !each.fits(path) {
			continue
		}
		r.checkAnswer(l, each, status)
		each.came = true
		answered = answered || each.answers
		if each.stream != nil {
			each.stream.asked = true
			r.checkKind(l, each.stream, route)
		}
		r.take(string(key), each)
		if each.stream != nil { // one line for one stream, should an id be used twice
			break
		}
	}
	if needsMore(l, route, status) && !answered {
		r.lacks("there is no line above of what its request %q led to", key)
	}
}

// fits reports whether the path of a request may be that of the line.
func (q *request) fits(path []byte) bool {
	if !q.ofOne || q.event == logs.MessageSubmitted || bytes.HasPrefix(path, []byte("/v1/")) {
		return true
	}
	return bytes.Contains(path, []byte(q.message.String()))
}

// checkAnswer compares the status of an answer with what led to it.
func (r *run) checkAnswer(l *reading.Line, q *request, status int64) {
	switch {
	case q.status != 0 && q.status != status:
		r.wrong("its status is %d, but %d in the %s of its request", status, q.status, q.event.Name)
	case q.ofOne && q.answers && (status < 200 || status > 299):
		r.wrong("its status is %d, but there is a %s of its request", status, q.event.Name)
	}
	if of, ok := parseID(l.Text("message_id")); ok && q.ofOne && of != q.message {
		r.wrong("its message is %v, but %v in the %s of its request", of, q.message, q.event.Name)
	}
	if of, ok := parseID(l.Text("stream_id")); ok && q.stream != nil && of != q.stream.id {
		r.wrong("its stream is %v, but %v in the stream.opened of its request", of, q.stream.id)
	}
}

// checkKind checks that a stream is of the kind that its path asks for.
func (r *run) checkKind(l *reading.Line, s *stream, route string) {
	isProgress := strings.HasPrefix(route, "/progress/")
	if isProgress != (s.unit == noUnit) && !r.older {
		r.wrong("it asks for %s, and its stream.opened is of another kind", route)
	}
}

// needsMore reports whether another line tells why the answer is as it is.
func needsMore(l *reading.Line, route string, status int64) bool {
	if status >= 400 {
		return true
	}
	switch method := string(l.Text("http.request.method")); {
	case status != 200 && status != 201:
		return false
	case method == "GET":
		return strings.HasPrefix(route, "/stream/") || strings.HasPrefix(route, "/progress/")
	case method == "POST":
		return route == "/send" || route == "/messages" || route == "/v1/chat/completions"
	default:
		return false
	}
}
