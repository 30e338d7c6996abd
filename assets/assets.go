package assets

import (
	"embed"
	"io/fs"
)

//go:embed *.html *.css *.js *.svg
var files embed.FS

//go:embed admin
var adminFiles embed.FS

// FS returns the pages and everything they load, in one flat directory. It may
// be read by multiple goroutines at once and never changes while the program
// runs; embed keeps no modification times, so validators such as an ETag are
// made from the content.
func FS() fs.FS { return files }

// Admin returns the pages of the admin listener, and what only they load, as FS
// does: overview.html is the first of them. They also load modules, styles and the
// icon of FS, under the names that these have there, so whoever serves Admin serves
// both; no name is in both.
func Admin() fs.FS {
	admin, err := fs.Sub(adminFiles, "admin")
	if err != nil {
		panic(err) // the name is a constant and valid
	}
	return admin
}
