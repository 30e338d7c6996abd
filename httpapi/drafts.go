package httpapi

import (
	"net/http"
	"strings"

	"sseserver/internal/drafts"
	"sseserver/internal/feed"

	"go.uber.org/zap"
)

// draftRoutes are those of pages on which somebody works (Config.PagesChange).
func (s *Server) draftRoutes() []route {
	return []route{
		{"GET", drafts.FeedPath, s.tellChanges, zap.DebugLevel},
		{"GET", drafts.ScriptPath, drafts.Script().ServeHTTP, zap.DebugLevel},
	}
}

// draft answers with the file that is there now.
func (s *Server) draft(w http.ResponseWriter, r *http.Request) {
	names := firstPages
	if r.URL.Path != "/" {
		names = []string{strings.TrimPrefix(r.URL.Path, "/")}
	}
	name, page, err := s.drafts.Page(r.URL.Path, names...)
	if err != nil {
		rejectPage(w, err)
		return
	}
	resource{{"GET", "/" + name, page.ServeHTTP, zap.DebugLevel}}.ServeHTTP(w, r)
}

// tellChanges answers GET /-reload: an event stream of what the pages are. It is no stream
// of a message, and no limit keeps it alive: its connection is one of those that go first.
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
	s.drafts.Tell(r.Context(), f)
}
