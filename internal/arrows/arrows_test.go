// Package arrows has one test and nothing else: it keeps the import picture of
// the module.
package arrows

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
)

// arrow says which packages of this module one of them may import, and why no
// others. "/..." means a package and all below it.
type arrow struct {
	from    string
	to      []string
	because string
}

// arrows is the import picture of the module. Tests may import what they like.
var arrows = []arrow{
	{
		"cmd/sseserver",
		[]string{"assets", "broker", "httpapi", "internal/cmdline", "internal/fault", "internal/admin", "internal/jetstream", "internal/logs/...", "internal/metrics", "internal/tlscert"},
		"the program wires the parts; a streamer is the broker's to start",
	},
	{
		"cmd/sseload",
		[]string{"internal/cmdline", "internal/fault", "internal/load/..."},
		"the load generator sees a server from outside, as its clients do",
	},

	{
		"httpapi",
		[]string{"broker", "actors", "internal/answer", "internal/drafts", "internal/fault", "internal/feed", "internal/token", "internal/wire", "internal/logs", "internal/metrics"},
		"handlers translate between HTTP and the broker",
	},
	{
		"internal/admin",
		[]string{"broker", "internal/answer", "internal/drafts", "internal/feed", "internal/token", "internal/logs/...", "internal/metrics"},
		"what an operator sees is values that others keep, and none of it is on the way of a chunk",
	},
	{
		"internal/answer",
		[]string{"internal/logs"},
		"whole answers have one form, whoever gives them; of the log it has the codes",
	},
	{
		"internal/feed", nil,
		"what is fed, and who may watch it, is others' business",
	},
	{
		"internal/drafts",
		[]string{"internal/answer", "internal/feed"},
		"pages are files, whoever serves them",
	},
	{
		"internal/token", nil,
		"a secret is compared, whatever it is for",
	},
	{
		"httpapi/ssetest",
		[]string{"httpapi", "broker", "internal/eventstream", "internal/logs/...", "internal/metrics"},
		"a server for tests is the real one, read by our own parser",
	},
	{
		"broker",
		[]string{"actors"},
		"the broker owns messages and starts streamers; who asks it is not its business",
	},
	{
		"actors", nil,
		"a streamer knows texts and times, and neither its broker nor its reader",
	},
	{
		"assets", nil,
		"pages are files",
	},

	{
		"docs/examples", nil,
		"an example is what somebody else's program would be",
	},

	{
		"deploy/cluster",
		[]string{"internal/cluster", "internal/cluster/engine", "internal/cmdline"},
		"a cluster is programs that are started, and only what they are started with is ours",
	},
	{
		"internal/cluster/engine", nil,
		"an engine is a nats-server, and knows nothing of who uses it",
	},
	{
		"internal/cluster",
		[]string{"internal/ports"},
		"a cluster is programs that are started, and knows them from outside",
	},
	{
		"internal/ports", nil,
		"a port is free for whatever listens there",
	},
	{
		"internal/fault", nil,
		"a plan says what goes wrong at a position, and others do it",
	},
	{
		"internal/cmdline", nil,
		"how flags are written is one thing, what they mean is each program's own",
	},
	{
		"internal/logs/follow",
		[]string{"internal/eventsource", "internal/eventstream"},
		"who follows a log is one more client of an event stream",
	},
	{
		"internal/logs/...",
		[]string{"internal/logs/...", "internal/fault"},
		"what can be logged is a catalogue of its own, which others use; of faults it has the names",
	},
	{
		"internal/metrics",
		[]string{"internal/logs"},
		"labels are the words of the log's catalogue, and nothing else is known of what is counted",
	},
	{
		"internal/jetstream",
		[]string{"broker", "internal/jetstream/record"},
		"what keeps messages knows them by the broker's interface, and neither who serves nor who logs them",
	},
	{
		"internal/jetstream/record",
		[]string{"broker"},
		"how a record is written is one thing, where it is kept another",
	},
	{
		"internal/jetstream/enginetest",
		[]string{"internal/ports"},
		"an engine for tests is the real one, whoever connects to it",
	},
	{
		"internal/wire", nil,
		"a connection that was taken over knows bytes, and nothing of streams and frames",
	},
	{
		"internal/tlscert/...", nil,
		"a certificate is files or made, whatever is served with it and whoever logs it",
	},
	{
		"internal/apipage", nil,
		"a page is made from the description, and what serves either does not matter",
	},
	{
		"internal/chromiumtest", nil,
		"a browser for tests opens any page",
	},
	{
		"internal/firefoxtest", nil,
		"so does the other one",
	},
	{
		"internal/axetest", nil,
		"what judges a page is somebody else's program, and ours only hands it over",
	},
	{
		"internal/eventstream", nil,
		"the parser of the format stands alone, so that it can judge the server",
	},
	{
		"internal/eventsource/...",
		[]string{"internal/eventsource/...", "internal/eventstream"},
		"the client knows the wire, and no server",
	},
	{
		"internal/load/...",
		[]string{"internal/load/...", "internal/eventsource", "internal/eventstream", "internal/cmdline", "internal/fault"},
		"load is made of clients, and shares nothing with the server that it measures",
	},
}

// foreign is what a package must not import from elsewhere, nor anything below
// that, and why.
var foreign = map[string]map[string]string{
	"actors": {
		"net/http":              "HTTP is httpapi's; an actor sends chunks",
		"encoding/json":         "JSON is httpapi's; an actor sends chunks",
		"go.uber.org/zap":       "an actor tells how it ended, and others log it",
		"github.com/prometheus": "an actor tells what was due when, and others count it",
	},
	"broker": {
		"net/http":              "HTTP is httpapi's; the broker knows contexts",
		"encoding/json":         "JSON is httpapi's; the broker holds text",
		"go.uber.org/zap":       "the loop does no I/O; it tells Config.Evicted, and others log it",
		"github.com/prometheus": "the broker answers Stats, and others publish it",
		"os":                    "the loop does no I/O",
		"github.com/nats-io":    "the engine is behind Store, and internal/jetstream's",
	},
	"assets": {
		"net/http": "serving is httpapi's; pages are files",
	},
	"httpapi": {
		"flag":               "settings are read in cmd, and arrive as values",
		"github.com/nats-io": "the engine is behind the broker's Store, and internal/jetstream's",
	},
	"cmd/sseserver": {
		"github.com/nats-io": "the engine is internal/jetstream's",
	},
	"internal/jetstream": {
		"github.com/nats-io/nats-server": "the engine is a process of its own, and not part of the program",
	},
}

// startsActors is what makes an actor of package actors. httpapi may use the
// values of that package, but only the broker starts what runs.
var startsActors = []string{"New", "NewClock", "Streamer", "Clock", "Plan"}

// TestArrows keeps the import picture. Where it fails, either the import is
// wrong or the picture has changed: then say so here, with the reason.
func TestArrows(t *testing.T) {
	module := os.DirFS("../..")
	for _, wrong := range wrongArrows(t, module) {
		t.Error(wrong)
	}
	for _, arrow := range arrows {
		if _, err := fs.Stat(module, strings.TrimSuffix(arrow.from, "/...")); err != nil {
			t.Errorf("the picture has a package that the module has not: %v", err)
		}
	}
}

// TestWrongArrowsAreFound keeps TestArrows honest.
func TestWrongArrowsAreFound(t *testing.T) {
	for _, test := range []struct{ file, source, want string }{
		{"actors/a.go", `import "sseserver/broker"`, "actors/a.go imports broker: "},
		{"actors/a.go", `import ("time"; b "sseserver/internal/logs")`, "actors/a.go imports internal/logs: "},
		{"broker/a_windows.go", `import "sseserver/httpapi"`, "broker/a_windows.go imports httpapi: "},
		{"broker/a.go", `import _ "net/http/pprof"`, "broker/a.go imports net/http/pprof: "},
		{"broker/a.go", `import "go.uber.org/zap/zapcore"`, "broker/a.go imports go.uber.org/zap/zapcore: "},
		{"internal/jetstream/a.go", `import "github.com/nats-io/nats-server/v2/server"`, "internal/jetstream/a.go imports github.com/nats-io/nats-server/v2/server: "},
		{"internal/jetstream/a.go", `import "github.com/nats-io/nats.go/jetstream"`, ""},
		{"httpapi/a.go", `import "sseserver/cmd/sseserver"`, "httpapi/a.go imports cmd/sseserver: "},
		{"httpapi/a.go", `import "sseserver/actors"; var a = actors.New`, "httpapi/a.go uses actors.New: "},
		{"httpapi/a.go", `import act "sseserver/actors"; var a act.Streamer`, "httpapi/a.go uses actors.Streamer: "},
		{"internal/logs/logstest/a.go", `import "sseserver/broker"`, "internal/logs/logstest/a.go imports broker: "},
		{"cmd/new/a.go", ``, "cmd/new is not in the picture"},

		{"broker/a.go", `import ("net/url"; "sseserver/actors"; "nethttp")`, ""},
		{"broker/a_test.go", `import "sseserver/httpapi"`, ""},
		{"httpapi/a.go", `import "sseserver/actors"; var a actors.Chunk; type New int`, ""},
		{"internal/load/track/a.go", `import "sseserver/internal/load/measure"`, ""},
		{"broker/testdata/a.go", `import "net/http"`, ""},
		{"tools/x/a.go", `import "net/http"`, ""},
	} {
		got := wrongArrows(t, fstest.MapFS{
			"tools/x/go.mod": {Data: []byte("module x")},
			test.file:        {Data: []byte("package a; " + test.source)},
		})
		if found := len(got) == 1 && strings.HasPrefix(got[0], test.want); found != (test.want != "") || len(got) > 1 {
			t.Errorf("%s with %s\n got %q\nwant %q", test.file, test.source, got, test.want)
		}
	}
}

// wrongArrows looks at every source file of the module and tells what is wrong.
func wrongArrows(t *testing.T, module fs.FS) (wrong []string) {
	t.Helper()
	err := fs.WalkDir(module, ".", func(name string, file fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case file.IsDir() && name != "." && isElsewhere(module, name):
			return fs.SkipDir
		case path.Ext(name) != ".go" || strings.HasSuffix(name, "_test.go"):
			return nil
		}
		source, err := fs.ReadFile(module, name)
		if err != nil {
			return err
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), name, source, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		wrong = append(wrong, wrongIn(path.Dir(name), name, parsed)...)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return wrong
}

// isElsewhere says whether a directory has no packages of this module.
func isElsewhere(module fs.FS, dir string) bool {
	base := path.Base(dir)
	if base == "testdata" || base == "node_modules" || base[0] == '.' || base[0] == '_' {
		return true
	}
	_, err := fs.Stat(module, dir+"/go.mod")
	return err == nil
}

// wrongIn tells what is wrong with one file of the package from.
func wrongIn(from, name string, file *ast.File) (wrong []string) {
	i := slices.IndexFunc(arrows, func(a arrow) bool { return covers(a.from, from) })
	if i < 0 {
		return []string{from + " is not in the picture: say in internal/arrows what it may import, and why"}
	}
	for _, spec := range file.Imports {
		imported, _ := strconv.Unquote(spec.Path.Value) // was parsed
		if ours, ok := strings.CutPrefix(imported, "sseserver/"); ok {
			if !slices.ContainsFunc(arrows[i].to, func(to string) bool { return covers(to, ours) }) {
				wrong = append(wrong, fmt.Sprintf("%s imports %s: %s", name, ours, arrows[i].because))
			}
			if from == "httpapi" && ours == "actors" {
				wrong = append(wrong, startingIn(name, file, spec)...)
			}
			continue
		}
		for path, because := range foreign[from] {
			if covers(path+"/...", imported) {
				wrong = append(wrong, fmt.Sprintf("%s imports %s: %s", name, imported, because))
			}
		}
	}
	return wrong
}

// startingIn finds the uses of startsActors in a file that imports actors.
func startingIn(name string, file *ast.File, spec *ast.ImportSpec) (wrong []string) {
	actors := "actors"
	if spec.Name != nil {
		actors = spec.Name.Name
	}
	ast.Inspect(file, func(node ast.Node) bool {
		selector, ok := node.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		if from, ok := selector.X.(*ast.Ident); ok && from.Name == actors && slices.Contains(startsActors, selector.Sel.Name) {
			wrong = append(wrong, fmt.Sprintf("%s uses actors.%s: only the broker starts actors", name, selector.Sel.Name))
		}
		return true
	})
	return wrong
}

// covers says whether a pattern, which may end in "/...", means the package.
func covers(pattern, pkg string) bool {
	if above, ok := strings.CutSuffix(pattern, "/..."); ok {
		return pkg == above || strings.HasPrefix(pkg, above+"/")
	}
	return pkg == pattern
}
