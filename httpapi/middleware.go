package httpapi

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"runtime/debug"
	"strings"
	"time"

	"sseserver/broker"
	"sseserver/internal/logs"

	"github.com/rs/cors"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// middleware wraps next in what every request passes: its id and its log line,
// the end of a panic, and CORS, in this order. So a page can read why next refused
// it, and the log tells it.
func (s *Server) middleware(next http.Handler) http.Handler {
	allowCORS := cors.New(cors.Options{
		AllowedOrigins: s.config.Origins, // none means any
		AllowedMethods: []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodDelete},
		AllowedHeaders: []string{"*"},
		ExposedHeaders: []string{"Location", requestIDHeader, "Retry-After", "X-Stream-Plan"},
		MaxAge:         600, // seconds that a browser may remember a preflight
	})
	return s.observe(allowCORS.Handler(next))
}

const requestIDHeader = "X-Request-Id"

// exchange is one request and what was answered. It is the http.ResponseWriter
// that the handlers see. One goroutine uses it.
type exchange struct {
	http.ResponseWriter
	server   *Server
	request  *http.Request // whose Body is body, if it has one
	body     body
	id       string
	trace    string     // the trace that the request is part of; "" if it says none
	client   netip.Addr // who sent the request; networkOf it is what counts as one
	start    time.Time
	level    zapcore.Level    // at which the answer is logged
	status   int              // 0 until the head was sent
	unlogged bool             // a refusal that is only counted, so has no line
	lasts    bool             // the answer can last as long as the client stays, so its time says nothing
	message  broker.MessageID // that it has submitted; zero if none
	stream   *stream          // what the handler has begun, if it has; observe goes on with it
}

// exchangeOf returns the exchange that w belongs to. Every handler of this
// package is called behind observe, so there is one.
func exchangeOf(w http.ResponseWriter) *exchange { return w.(*exchange) }

// Unwrap lets http.ResponseController reach the connection.
func (x *exchange) Unwrap() http.ResponseWriter { return x.ResponseWriter }

func (x *exchange) WriteHeader(status int) {
	if x.status == 0 {
		x.status = status
		x.leaveBody()
	}
	x.ResponseWriter.WriteHeader(status)
}

func (x *exchange) Write(p []byte) (int, error) {
	if x.status == 0 {
		x.status = http.StatusOK
		x.leaveBody()
	}
	return x.ResponseWriter.Write(p)
}

// observe is the outermost handler. A stream that was begun by an inner one
// runs only now, when what there is to log of the request was logged. One that has
// taken its connection over does so in a goroutine of its own, and net/http's is
// freed, with all that it holds.
func (s *Server) observe(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		x := s.newExchange(w, r)
		x.answer(next)
		switch {
		case x.stream == nil:
			x.discardBody()
		case x.takesOver():
			go x.stream.run() // Wait waits for it
		default:
			x.forgetFields()
			x.stream.run()
		}
	})
}

// newExchange gives a request its id: the client's, if it can stand in a log.
func (s *Server) newExchange(w http.ResponseWriter, r *http.Request) *exchange {
	x := &exchange{ResponseWriter: w, server: s, start: time.Now(), client: s.clientOf(r)}
	x.request = x.withBody(r)
	x.id = r.Header.Get(requestIDHeader)
	if !wellFormedID(x.id) {
		x.id = s.config.NewID().String()
	}
	x.trace = traceOf(r)
	w.Header().Set(requestIDHeader, x.id)
	if r.ProtoMajor == 1 && s.conns.isCrowded() {
		w.Header().Set("Connection", "close") // one less that waits for a next request
	}
	return x
}

// streamContext returns a context of a stream's own. That of the request ends with
// its handler: a stream that takes the connection over outlives it, and should not
// keep in memory what net/http knows of the request.
func (x *exchange) streamContext() (context.Context, context.CancelCauseFunc) {
	parent := x.request.Context()
	if x.takesOver() {
		parent = connectionOf(x.request).serverCtx
	}
	return context.WithCancelCause(parent)
}

// forgetFields lets go of the fields of a request whose stream begins. net/http keeps
// the request as long as its handler runs, and a few bytes of HTTP/2 can stand for
// 64 KiB of fields (RFC 7541 §7.3).
func (x *exchange) forgetFields() {
	clear(x.request.Header)
	clear(x.request.Trailer)
}

// takesOver says whether a stream of x takes its connection over: HTTP/1.1 without
// TLS.
func (x *exchange) takesOver() bool {
	return x.request.TLS == nil && x.request.ProtoMajor == 1 && x.request.ProtoMinor == 1 && connectionOf(x.request).conn != nil
}

// answer lets next answer, or begin a stream. It logs and counts that, and lets
// a panic end this request and no other.
func (x *exchange) answer(next http.Handler) {
	defer x.body.leave()
	defer x.finish()
	defer x.recover()
	next.ServeHTTP(x, x.request)
}

// wellFormedID says whether a client's request id can stand in a log line.
func wellFormedID(id string) bool {
	return id != "" && len(id) <= 64 && !strings.ContainsFunc(id, func(r rune) bool {
		return r <= ' ' || r > '~' || r == '"' || r == '\\'
	})
}

// traceOf returns the id of the trace that a request is part of, "" if it says none that
// can be one: in traceparent, after the version.
// https://www.w3.org/TR/trace-context/#traceparent-header-field-values
//
//	00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
func traceOf(r *http.Request) string {
	const version, digits = len("00-"), 32
	parent := r.Header.Get("traceparent")
	if len(parent) < len("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01") || parent[version+digits] != '-' || parent[:version] == "ff-" {
		return ""
	}
	id := parent[version : version+digits]
	if strings.Trim(id, "0") == "" || strings.Trim(id, "0123456789abcdef") != "" {
		return ""
	}
	return id
}

// ids returns what links a line to this request, and more.
func (x *exchange) ids(more ...zap.Field) []zap.Field {
	all := append(make([]zap.Field, 0, 2+len(more)), logs.RequestID(x.id))
	if x.trace != "" {
		all = append(all, logs.TraceID(x.trace))
	}
	return append(all, more...)
}

// finish logs and counts the answer; of a stream, that its head was sent. What
// becomes of the stream is told by stream.closed.
func (x *exchange) finish() {
	if x.status == 0 {
		x.status = http.StatusOK // as net/http sends for a handler that wrote nothing
	}
	duration := time.Since(x.start)
	route := x.route()
	x.server.config.Metrics.HTTPRequest(route, x.request.Method, x.status)
	if x.stream == nil && !x.lasts {
		x.server.config.Metrics.HTTPDuration(route, duration)
	}
	if x.unlogged {
		return
	}
	line := logs.HTTPRequest.Line(x.server.config.Logger, x.level)
	if line == nil {
		return
	}
	line.Add(logs.RequestID(x.id)).
		Add(logs.Method(x.request.Method)).
		Add(logs.Route(route)).
		Add(logs.URLPath(x.request.URL.Path)).
		Add(logs.ClientAddress(x.client)).
		Add(logs.StatusCode(x.status)).
		Add(logs.DurationMS(duration))
	x.addLinks(line)
	line.Write()
}

// addLinks adds the ids of what the request belongs and has led to.
func (x *exchange) addLinks(line *logs.Line) {
	if x.trace != "" {
		line.Add(logs.TraceID(x.trace))
	}
	if x.stream != nil {
		line.Add(logs.MessageID(x.stream.subscription.Message.ID)).Add(logs.StreamID(x.stream.subscription.ID))
	} else if x.message != (broker.MessageID{}) {
		line.Add(logs.MessageID(x.message))
	}
}

// route returns the pattern that matched the request, "" for none.
func (x *exchange) route() string { return x.request.Pattern }

// fields returns what tells this request from others in a log line, and more.
func (x *exchange) fields(more ...zap.Field) []zap.Field {
	all := append(make([]zap.Field, 0, 6+len(more)),
		logs.Method(x.request.Method),
		logs.Route(x.route()),
		logs.URLPath(x.request.URL.Path),
		logs.ClientAddress(x.client))
	return append(x.ids(all...), more...)
}

// recover ends a panic: a 500 if nothing was sent yet, else a broken answer.
func (x *exchange) recover() {
	v := recover()
	if v == nil {
		return
	}
	if v == http.ErrAbortHandler { // net/http's own way to break an answer
		panic(v)
	}
	logs.HTTPPanic.Log(x.server.config.Logger, x.fields(
		logs.Stack(debug.Stack()), logs.Error(fmt.Errorf("%v", v)))...)
	if x.status != 0 {
		panic(http.ErrAbortHandler)
	}
	problemOf(errPanic).write(x)
}

var errPanic = errors.New("httpapi: a handler panicked")

// reject answers with the problem that err is, and logs it where no other line
// tells of it. What http.request tells as well, a path that may be long among it,
// is told here only if there is no such line.
func (x *exchange) reject(err error) {
	p := problemOf(err)
	fields := []zap.Field{logs.Code(p.Code), logs.Status(p.Status)}
	if x.server.config.Logger.Core().Enabled(x.level) {
		fields = x.ids(fields...)
	} else {
		fields = x.fields(fields...)
	}
	if p.cause != nil {
		fields = append(fields, logs.Error(p.cause))
	}
	x.logRejection(p.Code, logs.HTTPRequestRejected, fields...)
	p.write(x)
}
