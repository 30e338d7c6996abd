package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"sseserver/assets"
	"sseserver/internal/logs"
)

// pageDir is the directory of --assets as a file system. It is opened anew for each
// file, so it may be deleted and made again while it is served. Neither a name nor a
// symbolic link leads out of it.
type pageDir string

func (d pageDir) Open(name string) (fs.File, error) {
	root, err := os.OpenRoot(string(d))
	if err != nil {
		return nil, err
	}
	defer root.Close()
	files := root.FS()
	info, err := fs.Stat(files, name)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() && !info.Mode().IsRegular() { // a pipe would be waited for
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
	}
	return files.Open(name)
}

// checkAssets looks whether there are pages to serve from a directory, if it is set.
func (c *Config) checkAssets() error {
	if c.Assets == "" {
		return nil
	}
	if _, err := fs.ReadDir(pageDir(c.Assets), "."); err != nil {
		return c.invalid(fmt.Errorf("must be a directory that can be read: %w", err), "assets")
	}
	return nil
}

// pages returns what is served as pages.
func (c *Config) pages() fs.FS {
	if c.Assets != "" {
		return pageDir(c.Assets)
	}
	return assets.FS()
}

// hasOperatorPages says whether the directory of --assets has pages of the admin listener,
// too. Else that has those in the program.
func (c *Config) hasOperatorPages() bool {
	if c.Assets == "" {
		return false
	}
	info, err := fs.Stat(pageDir(c.Assets), "admin")
	return err == nil && info.IsDir()
}

// warnAssets says, in the log and with what it returns for a person, that the pages are
// those that somebody works on.
func (pr *program) warnAssets() string {
	if pr.config.Assets == "" {
		return ""
	}
	dir, err := filepath.Abs(pr.config.Assets)
	if err != nil { // where this is, nobody knows
		dir = pr.config.Assets
	}
	logs.ServerAssets.Log(pr.output.Logger.Named("server"), logs.Path(dir))
	return fmt.Sprintf("Pages from           %s, loaded anew when they change (for development only)\n", dir)
}
