package httpapi

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"time"
)

// contentSecurityPolicy lets a page use what this server serves and nothing
// else: no inline script, no inline style, no other host.
const contentSecurityPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; " +
	"connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// pages serves the files of Config.Pages; / is index.html. Files do not change
// while the server runs, so each is read and hashed once, here.
func (s *Server) pages() http.HandlerFunc {
	files := make(map[string]page)
	err := fs.WalkDir(s.config.Pages, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := fs.ReadFile(s.config.Pages, name)
		files["/"+name] = newPage(name, string(content))
		return err
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		panic(err) // embedded files are always readable
	}
	if index, ok := files["/index.html"]; ok {
		files["/"] = index
	}
	return func(w http.ResponseWriter, r *http.Request) {
		file, ok := files[r.URL.Path]
		if !ok {
			exchangeOf(w).reject(&problem{
				Status: http.StatusNotFound, Code: codeNotFound, Title: "Not found", Detail: "nothing is served at this path",
			})
			return
		}
		file.serve(w, r)
	}
}

// page is one file of the pages.
type page struct{ contentType, etag, content string }

func newPage(name, content string) page {
	digest := sha256.Sum256([]byte(content))
	return page{
		contentType: mime.TypeByExtension(path.Ext(name)),
		etag:        `"` + hex.EncodeToString(digest[:8]) + `"`,
		content:     content,
	}
}

func (p page) serve(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Content-Type", p.contentType)
	header.Set("ETag", p.etag)
	header.Set("Cache-Control", "no-cache") // may be kept, must be asked about
	header.Set("Content-Security-Policy", contentSecurityPolicy)
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Referrer-Policy", "no-referrer")
	http.ServeContent(w, r, "", time.Time{}, strings.NewReader(p.content))
}

// noPages is a file system without files.
type noPages struct{}

func (noPages) Open(name string) (fs.File, error) {
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}
