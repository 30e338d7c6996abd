package assets

import (
	"embed"
	"io/fs"
)

//go:embed *.html *.css *.js *.svg
var files embed.FS

// FS returns the pages and everything they load, in one flat directory. It may
// be read by multiple goroutines at once and never changes while the program
// runs; embed keeps no modification times, so validators such as an ETag are
// made from the content.
func FS() fs.FS { return files }
