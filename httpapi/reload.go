package httpapi

import (
	_ "embed"
	"errors"
	"net/http"
	"time"
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
	setStreamHeader(w.Header(), events{}.contentType())
	if r.Method == http.MethodHead {
		w.WriteHeader(http.StatusOK)
		return
	}
	control := http.NewResponseController(w)
	_ = control.SetReadDeadline(time.Time{}) // which is for plain answers
	send := func(frames []byte) error {
		_ = control.SetWriteDeadline(time.Now().Add(s.config.WriteTimeout))
		_, err := w.Write(frames)
		err = errors.Join(err, control.Flush())
		_ = control.SetWriteDeadline(time.Time{}) // or the silence after it would end a stream of HTTP/2
		return err
	}
	s.followChanges(r, send)
}

// followChanges sends what there is to tell, until the client leaves or the server shuts
// down.
func (s *Server) followChanges(r *http.Request, send func(frames []byte) error) {
	frames := appendRetry(appendComment(nil, "connected"), reloadRetry)
	told, last := "", time.Now()
	again := time.NewTimer(0)
	defer again.Stop()
	for {
		version, wait := s.drafts.current()
		switch {
		case version != told:
			frames, told = appendPages(frames, version), version
		case s.config.Heartbeat > 0 && time.Since(last) >= s.config.Heartbeat:
			frames = appendSilentHeartbeat(frames)
		}
		if len(frames) > 0 {
			if send(frames) != nil { // nobody is there any more
				return
			}
			frames, last = frames[:0], time.Now()
		}
		again.Reset(wait)
		select {
		case <-again.C:
		case <-r.Context().Done():
			return
		case <-s.drained:
			_ = send(appendRetry(nil, s.comeBack()))
			return
		}
	}
}

func appendPages(dst []byte, version string) []byte {
	dst = append(dst, "event: pages\ndata: "...)
	dst = append(dst, version...)
	return append(dst, "\n\n"...)
}
