package verify

import (
	"bytes"
	"slices"

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
	next    *request // that waits for the same line
}

// expect makes it a problem if the http.request of this line's request, whose id is key,
// does not come.
func (r *run) expect(l *reading.Line, key string, message id) *request {
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
	if first := r.requests[key]; first == nil {
		r.requests[key] = new
	} else {
		first.last().next = new
	}
	r.due.push(due{by: r.now.Add(patience), at: place{l.Source, l.Number}, request: new, text: key})
}

// last is the last request that waits for the same line.
func (q *request) last() *request {
	for q.next != nil {
		q = q.next
	}
	return q
}

// take removes a request from those that wait.
func (r *run) take(key string, done *request) {
	first := r.requests[key]
	switch {
	case first != done:
		for before := first; before != nil; before = before.next {
			if before.next == done {
				before.next = done.next
				return
			}
		}
	case done.next != nil:
		r.requests[key] = done.next
	default:
		delete(r.requests, key)
	}
}

// httpRequest checks the line of a request against those that led to its answer.
func (r *run) httpRequest(l *reading.Line) {
	key := l.Text("request_id")
	route, path := l.Text("http.route"), l.Text("url.path")
	status, _ := l.Int("http.response.status_code")
	answered := false
	for each := r.requests[string(key)]; each != nil; each = each.next {
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
	var buffer [36]byte
	return bytes.Contains(path, q.message.append(buffer[:0]))
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
func (r *run) checkKind(l *reading.Line, s *stream, route []byte) {
	isProgress := bytes.HasPrefix(route, []byte("/progress/"))
	if isProgress != (s.unit == noUnit) && !r.older {
		r.wrong("it asks for %s, and its stream.opened is of another kind", route)
	}
}

// needsMore reports whether another line tells why the answer is as it is.
func needsMore(l *reading.Line, route []byte, status int64) bool {
	if status >= 400 {
		return string(route) != "/readyz"
	}
	if status != 200 && status != 201 {
		return false
	}
	switch string(l.Text("http.request.method")) {
	case "GET":
		return bytes.HasPrefix(route, []byte("/stream/")) || bytes.HasPrefix(route, []byte("/progress/"))
	case "POST":
		return slices.Contains([]string{"/send", "/messages", "/v1/chat/completions"}, string(route))
	default:
		return false
	}
}
