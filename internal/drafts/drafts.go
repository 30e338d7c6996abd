// Package drafts serves pages on which somebody works: a file is read when it is asked
// for, and who shows a page is told when any of them has changed.
package drafts

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"regexp"
	"strings"
	"sync"
	"time"

	"sseserver/internal/answer"
)

// Pages are pages on which somebody works. Any goroutine may call their methods.
//
// Changes are looked for, and only while somebody is there to be told, as no system tells
// of those on the file systems that containers and networks share. A directory that is
// deleted and made anew then needs no care, either.
type Pages struct {
	files fs.FS // immutable

	mu      sync.Mutex
	next    time.Time // when to look again
	seen    string    // what was there when it was looked last
	version string    // what is there, as far as anyone is told
}

// New returns the pages of files, which must be safe to read by several goroutines while
// they change.
func New(files fs.FS) *Pages { return &Pages{files: files} }

// What is there is looked at so often, and takes at most one part in lookShare of a core.
const (
	lookEvery = 200 * time.Millisecond
	lookShare = 10
)

// current returns a name for what the pages are, and when to ask again. What has changed
// is told when two looks have seen the same, so that many files that are saved at once
// are one change.
func (p *Pages) current() (version string, again time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	if now.Before(p.next) {
		return p.version, p.next.Sub(now)
	}
	nobodyLooked := now.Sub(p.next) > lookEvery
	if digest, err := digestOf(p.files); err == nil { // else it is just being made anew
		if digest == p.seen || nobodyLooked {
			p.version = digest
		}
		p.seen = digest
	}
	again = max(lookEvery, lookShare*time.Since(now))
	p.next = now.Add(again)
	return p.version, again
}

// digestOf returns a name for the content of all pages. Its error says that they cannot
// be listed.
func digestOf(pages fs.FS) (string, error) {
	all := sha256.New()
	err := fs.WalkDir(pages, ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case name == ".":
			return err
		case err != nil: // it was deleted since it was listed
			return nil
		case isHidden(name) && entry.IsDir():
			return fs.SkipDir
		case entry.IsDir() || !isPage(name):
			return nil
		}
		if content, err := readPage(pages, name); err == nil {
			_, _ = fmt.Fprintf(all, "%q %x\n", name, sha256.Sum256(content))
		}
		return nil
	})
	return hex.EncodeToString(all.Sum(nil)[:8]), err
}

// maxPageBytes is how large a file may be. What is larger is no part of a page, and
// reading it anew again and again would take all memory.
const maxPageBytes = 16 << 20

// readPage returns the content of a file. Its error says so if that is too large.
func readPage(pages fs.FS, name string) ([]byte, error) {
	file, err := pages.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	content, err := io.ReadAll(io.LimitReader(file, maxPageBytes+1))
	if len(content) > maxPageBytes {
		return nil, fmt.Errorf("drafts: %s is not served, as it has more than %d bytes", name, maxPageBytes)
	}
	return content, err
}

// isPage says whether a file is one that is served: of a kind that pages are made of,
// and not hidden.
func isPage(name string) bool {
	_, known := answer.ContentTypes[path.Ext(name)]
	return known && !isHidden(name)
}

// isHidden says whether a file, or a directory that it is in, has a name with a dot in
// front.
func isHidden(name string) bool { return strings.HasPrefix(name, ".") || strings.Contains(name, "/.") }

// Page returns the first of the named files that is there, as it is now, with the name
// it was found by. A page in HTML also loads the script that follows changes, whose place
// is told from the path at which the page is served. An error that is not fs.ErrNotExist
// tells what is wrong with the file.
func (p *Pages) Page(urlPath string, names ...string) (name string, page answer.Page, err error) {
	version, _ := p.current() // first, so that what is read is as new or newer
	name, content, err := p.read(names)
	if err != nil {
		return "", answer.Page{}, err
	}
	if path.Ext(name) == ".html" {
		up := strings.Repeat("../", strings.Count(urlPath, "/")-1)
		content = withScript(content, up+FeedPath[1:]+".js?shown="+version)
	}
	return name, answer.NewPage(name, content), nil
}

func (p *Pages) read(names []string) (name, content string, err error) {
	err = fs.ErrNotExist
	for _, name := range names {
		if !fs.ValidPath(name) || !isPage(name) {
			continue
		}
		var content []byte
		if content, err = readPage(p.files, name); !errors.Is(err, fs.ErrNotExist) {
			return name, string(content), err
		}
	}
	return "", "", err
}

var (
	endOfBody = regexp.MustCompile(`(?i)</body\s*>`)
	endOfHead = regexp.MustCompile(`(?i)</head\s*>`)
)

// withScript returns a page that also loads the module at src.
func withScript(page, src string) string {
	at := len(page)
	if ends := endOfBody.FindAllStringIndex(page, -1); ends != nil {
		at = ends[len(ends)-1][0]
	} else if end := endOfHead.FindStringIndex(page); end != nil {
		at = end[0]
	}
	return page[:at] + `<script type="module" src="` + src + `"></script>` + page[at:]
}
