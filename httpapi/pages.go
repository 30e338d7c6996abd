package httpapi

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"

	"sseserver/internal/logs"

	"go.uber.org/zap"
)

// contentSecurityPolicy lets a page use what this server serves and nothing
// else: no inline script, no inline style, no other host.
const contentSecurityPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; " +
	"connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// firstPages are what / is: the first of them that is there.
var firstPages = []string{"home.html", "index.html"}

// pages serves the files of Config.Pages, and the first page at /. Unless somebody works
// on them, files do not change while the server runs, so each is read and hashed once,
// here.
func (s *Server) pages() http.Handler {
	if s.config.PagesChange {
		return s.drafts
	}
	files := make(map[string]resource)
	err := fs.WalkDir(s.config.Pages, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := fs.ReadFile(s.config.Pages, name)
		page := newPage(contentTypes[path.Ext(name)], string(content))
		files["/"+name] = resource{{"GET", "/" + name, page.serve, zap.DebugLevel}}
		return err
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		panic(err) // embedded files are always readable
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

// contentTypes are those of the pages, by the ending of the name. Under nosniff a
// wrong one breaks a page, so they do not come from the host's table.
var contentTypes = map[string]string{
	".css":   "text/css; charset=utf-8",
	".gif":   "image/gif",
	".html":  "text/html; charset=utf-8",
	".ico":   "image/x-icon",
	".jpg":   "image/jpeg",
	".js":    "text/javascript; charset=utf-8",
	".json":  "application/json",
	".mjs":   "text/javascript; charset=utf-8",
	".png":   "image/png",
	".svg":   "image/svg+xml",
	".txt":   "text/plain; charset=utf-8",
	".webp":  "image/webp",
	".woff2": "font/woff2",
	".yaml":  "application/yaml",
}

// page is one file of the pages.
type page struct{ contentType, etag, content string }

func newPage(contentType, content string) page {
	digest := sha256.Sum256([]byte(content))
	return page{contentType, `"` + hex.EncodeToString(digest[:8]) + `"`, content}
}

// serve answers with the whole file: ranges of a few KiB are of no use, and RFC
// 9110 §14.2 lets a server ignore them.
func (p page) serve(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("ETag", p.etag)
	header.Set("Cache-Control", "no-cache") // may be kept, must be asked about
	header.Set("Content-Security-Policy", contentSecurityPolicy)
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Referrer-Policy", "no-referrer")
	if p.isIn(r.Header.Values("If-None-Match")) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	header.Set("Content-Type", p.contentType)
	header.Set("Content-Length", strconv.Itoa(len(p.content)))
	_, _ = io.WriteString(w, p.content) // a client that left misses nothing
}

// isIn says whether one of the entity tags in the If-None-Match fields is the
// page's, by the weak comparison (RFC 9110 §13.1.2). Ours have no comma.
func (p page) isIn(fields []string) bool {
	for _, tag := range strings.Split(strings.Join(fields, ","), ",") {
		tag = strings.TrimPrefix(strings.TrimSpace(tag), "W/")
		if tag == p.etag || tag == "*" {
			return true
		}
	}
	return false
}

// noPages is a file system without files.
type noPages struct{}

func (noPages) Open(name string) (fs.File, error) {
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}
