package assets_test

import (
	"crypto/sha256"
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"sseserver/assets"
)

// uPlot draws the charts of the overview: https://github.com/leeoniya/uPlot, under the
// licence in admin/uplot-LICENSE.txt. For another version: npm pack uplot, copy
// dist/uPlot.esm.js, dist/uPlot.min.css and LICENSE, and change what stands here.
const uPlotVersion = "1.6.32"

// uPlotSums are the SHA-256 of those files in the npm package.
var uPlotSums = map[string]string{
	"uplot.js":          "5dd9b3281aa64b461b42d9945f6adb2649d346502b12281a9ae0d46599a80eba",
	"uplot.css":         "df630c6a8d6f8eeaff264b50f73ce5b114f646ffd9a0bb74f049b0a00135fa04",
	"uplot-LICENSE.txt": "8f989229699b4fe2f1a0432d0e9edc338a8a911e250e2d1b01ecd770a5f5b1bd",
}

// TestUPlotIsUnchanged holds the vendored files to those of the npm package.
func TestUPlotIsUnchanged(t *testing.T) {
	for name, want := range uPlotSums {
		content, err := fs.ReadFile(assets.Admin(), name)
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprintf("%x", sha256.Sum256(content)); got != want {
			t.Errorf("%s has SHA-256 %s, want %s", name, got, want)
		}
		if name == "uplot.js" && !strings.Contains(string(content[:4096]), "(v"+uPlotVersion+")") {
			t.Errorf("%s does not say that it is version %s", name, uPlotVersion)
		}
	}
}
