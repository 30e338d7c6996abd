package httpapi

import (
	"context"
	_ "embed"
	"net/http"
	"time"

	"sseserver/internal/feed"
)

// reloadPath is where pages on which somebody works are told of changes, without its
// slash, and with ".js" behind it their script for that. No page of anybody is called so.
const reloadPath = "-reload"

//go:embed reload.js
var reloadScript string

// reloadRetry is soon: the server is restarted by who looks at the page.
const reloadRetry = time.Second

// tellChanges answers GET /-reload: an event stream whose events name what the pages are
// now, first at once and then whenever it is something else. It is no stream of a
// message, and no limit keeps it alive: its connection is one of those that go first.
//
//	event: pages
//	data: 3f2ab1c08d5e6f70
func (s *Server) tellChanges(w http.ResponseWriter, r *http.Request) {
	exchangeOf(w).lasts = true
	if s.draining.Load() {
		s.sendAway(w)
		return
	}
	if r.Method == http.MethodHead {
		feed.SetHeader(w.Header(), feed.MediaType)
		w.WriteHeader(http.StatusOK)
		return
	}
	f := feed.Begin(w, feed.Config{
		WriteTimeout: s.config.WriteTimeout, Heartbeat: s.config.Heartbeat, Ended: s.drained, ComeBack: s.comeBack,
	})
	defer f.End()
	s.followChanges(r.Context(), f)
}

// followChanges sends what there is to tell, until the client leaves or the server shuts
// down.
func (s *Server) followChanges(ctx context.Context, f *feed.Feed) {
	frames := feed.AppendRetry(feed.AppendComment(nil, "connected"), reloadRetry)
	told := ""
	again := time.NewTimer(0)
	defer again.Stop()
	for f.Wait(ctx, nil, again.C) {
		version, wait := s.drafts.current()
		if version != told {
			frames, told = appendPages(frames, version), version
		}
		if len(frames) > 0 && f.Send(frames) != nil {
			return
		}
		frames = frames[:0]
		again.Reset(wait)
	}
}

func appendPages(dst []byte, version string) []byte {
	dst = append(dst, "event: pages\ndata: "...)
	dst = append(dst, version...)
	return append(dst, "\n\n"...)
}
