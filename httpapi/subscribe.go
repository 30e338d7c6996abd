package httpapi

import (
	"context"
	"mime"
	"net/http"
	"net/url"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"sseserver/actors"
	"sseserver/broker"
	"sseserver/internal/fault"
	"sseserver/internal/feed"
	"sseserver/internal/logs"
)

// streamOf answers GET /stream/{messageId} and GET /progress/{messageId}. The
// status is decided here, before the first byte.
func (s *Server) streamOf(kind broker.Kind) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := s.subscribe(w, r, kind); err != nil {
			s.rejectStream(w, err)
		}
	}
}

// subscribe begins the stream that r asks for; observe runs it. An error, which
// problemOf knows, tells that nothing was sent yet.
func (s *Server) subscribe(w http.ResponseWriter, r *http.Request, kind broker.Kind) error {
	if !acceptsEventStream(r.Header.Values("Accept")) {
		return &problem{
			Status: http.StatusNotAcceptable, Code: logs.CodeNotAcceptable, Title: "Not acceptable",
			Detail: "this resource is served as text/event-stream only",
		}
	}
	id, ok := broker.ParseMessageID(r.PathValue("messageId"))
	if !ok {
		return broker.ErrNotFound
	}
	values, err := parameters(r)
	if err != nil {
		return err
	}
	asked, err := s.ask(r, values, kind)
	if err != nil {
		return err
	}
	asked.request.MessageID = id
	asked.lastEventID = lastEventID(r, values)
	if position, ok := parsePosition(asked.lastEventID); ok {
		asked.request.After = position
	}
	asked.form = newEvents
	if asked.beats {
		asked.form = newBeatingEvents
	}
	if s.draining.Load() && asked.lastEventID != idEnd {
		return broker.ErrShuttingDown // as it would say; so a HEAD is answered as a GET
	}
	if asked.lastEventID == idEnd || r.Method == http.MethodHead && asked.plan.faults.Status() == 0 {
		return s.answerHead(w, r, id, asked.lastEventID)
	}
	return s.begin(w, r, asked)
}

// ask is what a stream is asked for.
type ask struct {
	request     broker.Request
	lastEventID string // "" for none
	plan        plan
	beats       bool // heartbeats are events
	form        func(*broker.Subscription, fault.Set) form
	void        fault.Set // faults that cannot happen in that form
}

// ask returns what these parameters ask of a stream, but for what it is of. An error
// is a *problem.
func (s *Server) ask(r *http.Request, values url.Values, kind broker.Kind) (asked ask, err error) {
	asked.request = broker.Request{Kind: kind, After: broker.AfterNone, Heartbeat: max(0, s.config.Heartbeat)}
	if asked.request.Interval, asked.request.LiveInterval, err = s.intervals(values, kind); err != nil {
		return ask{}, err
	}
	if asked.request.Unit, err = unit(values, kind); err != nil {
		return ask{}, err
	}
	if asked.plan, err = s.plan(r, values); err != nil {
		return ask{}, err
	}
	if asked.beats, err = beats(values); err != nil {
		return ask{}, err
	}
	asked.request.Bend = asked.plan.bend()
	return asked, nil
}

// begin begins the stream that is asked for, or answers with the status that its
// plan has instead.
func (s *Server) begin(w http.ResponseWriter, r *http.Request, asked ask) error {
	if status := asked.plan.faults.Status(); status != 0 {
		return s.failInstead(w, r, asked.request, status)
	}
	x := exchangeOf(w)
	asked.request.Client, asked.request.Address, asked.request.Agent = networkOf(x.client), x.client, agentOf(r)
	conn := connectionOf(r).conn
	if !s.conns.beginStream(conn) {
		return tooManyStreams("the server has as many connections with streams as its open-file limit allows")
	}
	ctx, cancel := x.streamContext()
	request, err := s.config.Broker.Prepare(ctx, asked.request)
	var subscription *broker.Subscription
	if err == nil {
		asked.request = request
		subscription, err = s.inTurn(r.Context(), func() (*broker.Subscription, error) {
			return s.config.Broker.Subscribe(ctx, cancel, request)
		})
	}
	if err == nil {
		if asked.request.New != nil {
			s.noteSubmitted(asked.request.New, x)
		}
		err = s.open(ctx, cancel, x, subscription, asked)
	}
	if err != nil {
		cancel(err) // which ends the subscription, if there is one
		s.conns.endStream(conn)
	}
	return err
}

// failInstead returns what a plan has in the place of a stream, if that could be
// opened.
func (s *Server) failInstead(w http.ResponseWriter, r *http.Request, request broker.Request, status int) error {
	id := request.MessageID
	if request.New != nil {
		if id = request.New.ID; s.draining.Load() {
			return broker.ErrShuttingDown
		}
	} else if _, err := s.config.Broker.Lookup(r.Context(), id); err != nil {
		return err
	}
	s.config.Metrics.Fault(fault.Status.String())
	logs.StreamFault.Log(s.config.Logger, logs.Fault(fault.Status.String()), logs.MessageID(id), logs.RequestID(exchangeOf(w).id))
	p := &problem{
		Status: status, Code: logs.CodeFaultInjected, Title: "Fault injected",
		Detail: "the plan of the stream asks for this status",
	}
	if status == http.StatusServiceUnavailable { // as all others
		p.retryAfter = retryWhenBusy
	}
	return p
}

// openings is how many streams each core may open at a time: as many as take it a
// millisecond or two. With one, they would wait for each other on a core that has much
// else to do.
const openings = 8

// inTurn subscribes, if ctx lasts, when it is its turn. A thousand requests that one
// connection of HTTP/2 brings at once would otherwise be a thousand goroutines that
// can run, behind all of which the streams that are due have to wait.
func (s *Server) inTurn(ctx context.Context, subscribe func() (*broker.Subscription, error)) (*broker.Subscription, error) {
	select {
	case s.opening <- struct{}{}:
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	defer func() { <-s.opening }()
	runtime.Gosched() // those that are due go first
	return subscribe()
}

// rejectStream answers a request for a stream that is not opened.
func (s *Server) rejectStream(w http.ResponseWriter, err error) {
	x := exchangeOf(w)
	p := problemOf(err)
	answer := p.write
	switch {
	case p.Code == logs.CodeShuttingDown && !isChat(x.request):
		p.Status, answer = http.StatusOK, s.sendAway
	case p.Status == http.StatusNoContent:
		answer = func(w http.ResponseWriter) { w.WriteHeader(http.StatusNoContent) }
	}
	s.config.Metrics.StreamRejected(p.Code)
	x.logRejection(p.Code, logs.StreamRejected, x.ids(logs.Reason(p.Code), logs.Status(p.Status), logs.Error(p.logged()))...)
	answer(w)
}

// sendAway answers a request for a stream while the server shuts down: with one
// that ends at once and says when to come back, to the next server. After any
// other status than 200 an EventSource would never come back.
// https://html.spec.whatwg.org/multipage/server-sent-events.html#sse-processing-model
func (s *Server) sendAway(w http.ResponseWriter) {
	feed.SetHeader(w.Header(), events{}.contentType())
	w.Header().Set("Connection", "close") // over HTTP/2, a GOAWAY
	w.WriteHeader(http.StatusOK)
	_, _ = w.Write(feed.AppendRetry(nil, s.comeBack()))
}

// answerHead answers what needs no stream: HEAD, and a client that has seen the
// end, whom 204 tells to stop reconnecting.
// https://html.spec.whatwg.org/multipage/server-sent-events.html#sse-processing-model
func (s *Server) answerHead(w http.ResponseWriter, r *http.Request, id broker.MessageID, lastEventID string) error {
	if _, err := s.config.Broker.Lookup(r.Context(), id); err != nil {
		return err
	}
	if lastEventID == idEnd {
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	feed.SetHeader(w.Header(), events{}.contentType())
	w.WriteHeader(http.StatusOK)
	return nil
}

// acceptsEventStream says whether the Accept fields take text/event-stream: the
// most specific of the media ranges that cover it decides by its weight. None
// takes everything (RFC 9110 §12.5.1).
func acceptsEventStream(accept []string) bool {
	ranges := strings.Join(accept, ",")
	if strings.Trim(ranges, ", ") == "" {
		return true
	}
	specificity, accepted := -1, false
	for _, mediaRange := range strings.Split(ranges, ",") {
		media, parameters, err := mime.ParseMediaType(mediaRange)
		at := slices.Index([]string{"*/*", "text/*", "text/event-stream"}, media)
		if err != nil || at < 0 || at < specificity {
			continue
		}
		weight, err := strconv.ParseFloat(parameters["q"], 64)
		positive := err != nil || weight > 0 // no weight is the full one
		accepted = positive || accepted && at == specificity
		specificity = at
	}
	return accepted
}

// intervals returns the time between two chunks that the query asks for, and what
// it is if the message is live. Those of a live message come as its producer
// sends them, unless the query asks for a time.
func (s *Server) intervals(query url.Values, kind broker.Kind) (interval, live time.Duration, err error) {
	if !query.Has("interval") {
		if kind == broker.Progress {
			return s.config.ProgressInterval, 0, nil
		}
		return s.config.Interval, 0, nil
	}
	interval, err = time.ParseDuration(query.Get("interval"))
	if err != nil || interval < s.config.MinInterval || interval > s.config.MaxInterval {
		return 0, 0, invalidParameter("interval", "interval must be a duration such as 20ms, between %v and %v",
			s.config.MinInterval, s.config.MaxInterval).between(s.config.MinInterval.String(), s.config.MaxInterval.String())
	}
	return interval, interval, nil
}

// unit returns the size of the pieces that the query asks for.
func unit(query url.Values, kind broker.Kind) (actors.Unit, error) {
	if !query.Has("unit") {
		return broker.DefaultUnit, nil
	}
	if kind == broker.Progress {
		return 0, invalidParameter("unit", "unit is a parameter of /stream only")
	}
	for _, unit := range []actors.Unit{actors.Character, actors.Word, actors.Appended} {
		if query.Get("unit") == unit.String() {
			return unit, nil
		}
	}
	return 0, invalidParameter("unit", "unit must be character, word or chunk")
}

// beats says whether the query asks for heartbeats that are events.
func beats(query url.Values) (bool, error) {
	if !query.Has("heartbeat") {
		return false, nil
	}
	switch query.Get("heartbeat") {
	case "comment":
		return false, nil
	case "event":
		return true, nil
	default:
		return false, invalidParameter("heartbeat", "heartbeat must be comment or event")
	}
}

// lastEventID returns the id after which a client resumes, "" for none. The
// query is for clients that cannot set the header.
func lastEventID(r *http.Request, query url.Values) string {
	if id := r.Header.Get("Last-Event-ID"); id != "" {
		return id
	}
	return query.Get("lastEventId")
}

// parsePosition reads the id of a chunk event: a position as we write it, so
// without sign, leading zeros or anything else.
func parsePosition(id string) (int, bool) {
	position, err := strconv.Atoi(id)
	if err != nil || position < 0 || strconv.Itoa(position) != id {
		return 0, false
	}
	return position, true
}
