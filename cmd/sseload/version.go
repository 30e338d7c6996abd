package main

import (
	"runtime"
	"runtime/debug"

	"sseserver/internal/load/report"
)

func version() string {
	g := generator()
	return g.Version + ", " + g.Go + " " + g.System
}

// generator says what runs, from the build info.
func generator() report.Generator {
	g := report.Generator{Name: "sseload", Version: "(devel)", Go: runtime.Version(), System: runtime.GOOS + "/" + runtime.GOARCH}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		g.Version = info.Main.Version
	}
	return g
}
