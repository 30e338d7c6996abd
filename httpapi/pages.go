package httpapi

import (
	"errors"
	"io/fs"
	"net/http"

	"sseserver/internal/answer"
	"sseserver/internal/logs"

	"go.uber.org/zap"
)

// firstPages are what / is: the first of them that is there.
var firstPages = []string{"home.html", "index.html"}

// pages serves the files of Config.Pages, and the first page at /. Unless somebody works
// on them, files do not change while the server runs, so each is read and hashed once,
// here.
func (s *Server) pages() http.Handler {
	if s.config.PagesChange {
		return http.HandlerFunc(s.draft)
	}
	files := make(map[string]resource)
	for name, page := range answer.Pages(s.config.Pages) {
		files["/"+name] = resource{{"GET", "/" + name, page.ServeHTTP, zap.DebugLevel}}
	}
	for _, first := range firstPages {
		if page, ok := files["/"+first]; ok {
			files["/"] = page
			break
		}
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if file, ok := files[r.URL.Path]; ok {
			file.ServeHTTP(w, r)
			return
		}
		rejectPage(w, fs.ErrNotExist)
	})
}

// rejectPage answers that there is no such page. Any other error than that is logged.
func rejectPage(w http.ResponseWriter, err error) {
	x := exchangeOf(w)
	x.level = zap.DebugLevel
	p := &problem{
		Status: http.StatusNotFound, Code: logs.CodeNotFound, Title: "Not found", Detail: "nothing is served at this path",
	}
	if !errors.Is(err, fs.ErrNotExist) {
		p.cause = err
	}
	x.reject(p)
}
