package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

// versionLine is what --version says after the program's name.
func versionLine() string {
	version, revision := build()
	return fmt.Sprintf("%s, revision %s, %s %s/%s", version, revision, runtime.Version(), runtime.GOOS, runtime.GOARCH)
}

// build says what runs, from the build info: the module's version, and the
// commit or "unknown" where the build saw none.
func build() (version, revision string) {
	version, revision = "(devel)", "unknown"
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return version, revision
	}
	if info.Main.Version != "" {
		version = info.Main.Version
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			revision = s.Value
		}
	}
	return version, revision
}
