package admin

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"sseserver/internal/feed"
)

// streamsWatch lists the running streams once a second for those who watch them:
// once for all who ask the same, and not at all for nobody.
type streamsWatch struct {
	server *Server
	boards *boards[streamsQuery]
}

// How often the streams are listed: so often, and for at most one part in watchShare
// of the time.
const (
	watchPause = time.Second
	watchShare = 10
)

// run lists streams until ctx ends.
func (w *streamsWatch) run(ctx context.Context) {
	for w.boards.await(ctx) {
		began := time.Now()
		if err := w.putUp(ctx); err != nil {
			return
		}
		took := time.Since(began)
		if !w.boards.tell(ctx) || !sleep(ctx, max(watchPause-time.Since(began), watchShare*took)) {
			return
		}
	}
}

// putUp lists the streams for each board. Its error is that the broker has ended, or
// ctx.
func (w *streamsWatch) putUp(ctx context.Context) error {
	all, err := w.server.config.Streams.Streams(ctx)
	if err != nil {
		return err
	}
	for _, up := range w.boards.all() {
		done, err := w.server.turn(ctx)
		if err != nil {
			return err
		}
		frames := appendEvent(nil, "streams", up.query.list(all, time.Now()))
		done()
		w.boards.put(up, piece{frames: frames}, 0)
	}
	return nil
}

// watchStreams answers GET /streams/events: what GET /streams answers, now and then
// once a second.
func (s *Server) watchStreams(w http.ResponseWriter, r *http.Request) {
	q, wrong := streamsQueryOf(r.URL.Query())
	if wrong != nil {
		wrong.Write(w)
		return
	}
	key := fmt.Sprintf("%#v", q) // in which texts are quoted
	reader := s.watch.boards.join(key, q, nil)
	defer s.watch.boards.leave(key, reader)
	s.feed(w, r, feed.Config{}, func(to *feed.Feed) {
		list, err := s.streamsNow(r.Context(), q)
		frames := appendFirst(nil)
		if err == nil {
			frames = appendEvent(frames, "streams", list)
		}
		for to.Send(frames) == nil && to.Wait(r.Context(), reader.turn, nil) {
			frames = frames[:0]
			if pieces, _ := s.watch.boards.take(reader); len(pieces) > 0 {
				frames = pieces[len(pieces)-1].frames // the others are no longer true
			}
		}
	})
}
