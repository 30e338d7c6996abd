package admin

import (
	"net/http"
	"time"

	"sseserver/internal/feed"
)

// reconnection is the time after which somebody who watches comes back, and at a
// shutdown between once and twice that.
const reconnection = 2 * time.Second

// feed answers with an event stream, which watch writes, if the connection may be kept
// for it. Of config, the server sets all but Beat and Last.
func (s *Server) feed(w http.ResponseWriter, r *http.Request, config feed.Config, watch func(*feed.Feed)) {
	release, ok := s.config.Hold(r)
	if !ok {
		busy("as many watch already as the open-file limit allows").Write(w)
		return
	}
	defer release()
	if r.Method == http.MethodHead {
		feed.SetHeader(w.Header(), feed.MediaType)
		keepNowhere(w.Header())
		return
	}
	config.WriteTimeout, config.Heartbeat = s.config.WriteTimeout, s.config.Heartbeat
	config.Ended, config.ComeBack = s.ended, s.comeBack
	to := feed.Begin(w, config)
	keepNowhere(w.Header())
	defer to.End()
	watch(to)
}

// keepNowhere has no cache keep what is streamed, as guard does of other answers.
func keepNowhere(header http.Header) { header.Set("Cache-Control", "no-store, no-transform") }

// comeBack returns the reconnection time of one client at a shutdown.
func (s *Server) comeBack() time.Duration {
	return reconnection + time.Duration(s.config.Jitter()*float64(reconnection))
}
