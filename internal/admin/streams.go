package admin

import (
	"context"
	"net/http"
	"net/url"
	"runtime"
	"slices"
	"time"

	"sseserver/broker"
	"sseserver/internal/answer"
	"sseserver/internal/logs"
)

// Streams is what the server needs of the broker.
type Streams interface {
	Streams(ctx context.Context) ([]*broker.Subscription, error)
	EndStream(ctx context.Context, id broker.SubscriptionID, cause error) (*broker.Subscription, error)
}

// streamsQuery says which of the running streams somebody wants to see.
type streamsQuery struct {
	sort      string // one of sorts
	ascending bool
	limit     int
	where     conditions
}

// sorts are what streams can be sorted by, as a number that grows with it.
var sorts = map[string]func(*broker.Subscription) int64{
	"age": func(s *broker.Subscription) int64 { return -s.Start.UnixNano() },
	"lag": func(s *broker.Subscription) int64 { _, lag := s.Mark.Written(); return int64(lag) },
	"position": func(s *broker.Subscription) int64 {
		position, _ := s.Mark.Written()
		return int64(position)
	},
}

// How many streams are shown.
const (
	usualStreams = 200
	maxStreams   = 1000
)

// streamsQueryOf reads a query. By default the oldest streams come first.
func streamsQueryOf(values url.Values) (q streamsQuery, wrong *answer.Problem) {
	if q.where, wrong = whereOf(values); wrong != nil {
		return q, wrong
	}
	if q.sort = values.Get("sort"); q.sort == "" {
		q.sort = "age"
	}
	if sorts[q.sort] == nil {
		return q, answer.InvalidParameter("sort", "sort must be age, lag or position")
	}
	switch values.Get("order") {
	case "", "desc":
	case "asc":
		q.ascending = true
	default:
		return q, answer.InvalidParameter("order", "order must be asc or desc")
	}
	q.limit, wrong = intOf(values, "limit", usualStreams, 1, maxStreams)
	return q, wrong
}

// streamList is the answer: of all streams that are running, those that are shown.
type streamList struct {
	Streams []streamRow `json:"streams"`
	Total   int         `json:"total"`   // running
	Matched int         `json:"matched"` // of these, what the conditions take
	Shown   int         `json:"shown"`
}

// picked is a stream and the number that it is sorted by.
type picked struct {
	stream *broker.Subscription
	rank   int64
}

// pickStep is at how many streams it looks before streams that are due go first.
const pickStep = 256

// list returns what q asks for of all streams. It looks at each of them once, and
// keeps those that are shown in order.
func (q streamsQuery) list(all []*broker.Subscription, now time.Time) streamList {
	list := streamList{Streams: []streamRow{}, Total: len(all)}
	var top []picked // in the order in which they are shown
	rank := sorts[q.sort]
	for i, stream := range all {
		if i%pickStep == pickStep-1 {
			runtime.Gosched()
		}
		if len(q.where) > 0 && !q.where.hold(&rowFields{streamRow: rowOf(stream, now)}) {
			continue
		}
		list.Matched++
		next := picked{stream, rank(stream)}
		if !q.ascending {
			next.rank = -next.rank
		}
		at, _ := slices.BinarySearchFunc(top, next, func(shown, next picked) int {
			if shown.rank <= next.rank { // those that are equal stay in their order
				return -1
			}
			return 1
		})
		if at == q.limit {
			continue
		}
		if len(top) == q.limit {
			top = top[:len(top)-1]
		}
		top = slices.Insert(top, at, next)
	}
	for _, shown := range top {
		list.Streams = append(list.Streams, rowOf(shown.stream, now))
	}
	list.Shown = len(list.Streams)
	return list
}

// listStreams answers GET /streams.
func (s *Server) listStreams(w http.ResponseWriter, r *http.Request) {
	q, wrong := streamsQueryOf(r.URL.Query())
	if wrong != nil {
		wrong.Write(w)
		return
	}
	list, err := s.streamsNow(r.Context(), q)
	if err != nil {
		shuttingDown().Write(w)
		return
	}
	answer.JSON(w, http.StatusOK, list)
}

// streamsNow returns what q asks for, when it is its turn.
func (s *Server) streamsNow(ctx context.Context, q streamsQuery) (streamList, error) {
	done, err := s.turn(ctx)
	if err != nil {
		return streamList{}, err
	}
	defer done()
	all, err := s.config.Streams.Streams(ctx)
	return q.list(all, time.Now()), err
}

// endStream answers DELETE /streams/{streamId}.
func (s *Server) endStream(w http.ResponseWriter, r *http.Request) {
	id, ok := broker.ParseSubscriptionID(r.PathValue("streamId"))
	var ended *broker.Subscription
	var err error
	if ok {
		ended, err = s.config.Streams.EndStream(r.Context(), id, broker.ErrClosedByAdmin)
	}
	switch {
	case err != nil:
		shuttingDown().Write(w)
	case ended == nil:
		notFound("no stream of this id is running; it may have ended").Write(w)
	default:
		logs.StreamEndRequested.Log(s.logger, logs.StreamID(ended.ID), logs.MessageID(ended.Message.ID), logs.ClientAddress(clientOf(r)))
		w.WriteHeader(http.StatusNoContent)
	}
}

func shuttingDown() *answer.Problem {
	p := answer.NewProblem(http.StatusServiceUnavailable, logs.CodeShuttingDown, "Shutting down", "the server is shutting down")
	p.RetryAfter = retryWhenDown
	return p
}
