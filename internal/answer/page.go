package answer

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"
)

// contentSecurityPolicy lets a page use what this server serves and nothing
// else: no inline script, no inline style, no other host.
const contentSecurityPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; " +
	"connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// ContentTypes are those of the pages, by the ending of the name. Under nosniff a
// wrong one breaks a page, so they do not come from the host's table.
var ContentTypes = map[string]string{
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

// Page is one file of the pages, with what a browser needs to keep it and ask
// about it. Any goroutine may serve one.
type Page struct{ contentType, etag, content string }

// NewPage returns the page of a file, whose name tells its type.
func NewPage(name, content string) Page {
	digest := sha256.Sum256([]byte(content))
	return Page{ContentTypes[path.Ext(name)], `"` + hex.EncodeToString(digest[:8]) + `"`, content}
}

// Pages returns all files of pages by their names, of which nil has none. They must
// be readable, as embedded files always are.
func Pages(pages fs.FS) map[string]Page {
	all := make(map[string]Page)
	if pages == nil {
		return all
	}
	err := fs.WalkDir(pages, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := fs.ReadFile(pages, name)
		all[name] = NewPage(name, string(content))
		return err
	})
	if err != nil {
		panic(err)
	}
	return all
}

// ServeHTTP answers with the whole file: ranges of a few KiB are of no use, and RFC
// 9110 §14.2 lets a server ignore them.
func (p Page) ServeHTTP(w http.ResponseWriter, r *http.Request) {
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
func (p Page) isIn(fields []string) bool {
	for _, tag := range strings.Split(strings.Join(fields, ","), ",") {
		tag = strings.TrimPrefix(strings.TrimSpace(tag), "W/")
		if tag == p.etag || tag == "*" {
			return true
		}
	}
	return false
}
