package assets

import (
	"embed"
	"io/fs"
)

// The pages of the demo, by the name under which [FS] holds them.
const (
	Index    = "index.html"    // streams a message character by character
	Progress = "progress.html" // streams simulated processing, 1 to 100 %
)

//go:embed *.html *.css *.js *.svg
var files embed.FS

// FS returns the pages and everything they load, in one flat directory. It may
// be read by multiple goroutines at once and never changes while the program
// runs; embed keeps no modification times, so validators such as an ETag are
// made from the content.
func FS() fs.FS { return files }

// Pages returns the names of the HTML pages, the one to lead with first.
func Pages() []string { return []string{Index, Progress} }
