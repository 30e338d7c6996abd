package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"sseserver/assets"
	"sseserver/httpapi/ssetest"
)

// desk is a directory in which somebody works on pages.
type desk struct {
	t   *testing.T
	dir string
}

func newDesk(t *testing.T) desk {
	d := desk{t, filepath.Join(t.TempDir(), "pages")}
	d.make()
	return d
}

// make puts a copy of the embedded pages there.
func (d desk) make() {
	d.t.Helper()
	d.want(os.CopyFS(d.dir, assets.FS()))
}

func (d desk) want(err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
}

func (d desk) path(name string) string { return filepath.Join(d.dir, name) }

// save writes a file as many editors do: beside it, and then in its place.
func (d desk) save(name, content string) {
	d.t.Helper()
	d.want(os.MkdirAll(filepath.Dir(d.path(name)), 0o777))
	d.want(os.WriteFile(d.path(name+"~"), []byte(content), 0o666))
	d.want(os.Rename(d.path(name+"~"), d.path(name)))
}

// edit replaces a text in a file.
func (d desk) edit(name, old, replacement string) {
	d.t.Helper()
	content, err := os.ReadFile(d.path(name))
	d.want(err)
	if !bytes.Contains(content, []byte(old)) {
		d.t.Fatalf("%s has no %q", name, old)
	}
	d.save(name, strings.Replace(string(content), old, replacement, 1))
}

// What is in the directory is served as it is, and nothing that is elsewhere.
func TestAssets(t *testing.T) {
	wantNoLeaks(t)
	desk := newDesk(t)
	outside := filepath.Join(filepath.Dir(desk.dir), "outside.html")
	desk.want(os.WriteFile(outside, []byte("outside"), 0o666))
	for link, to := range map[string]string{
		"absolute.html": outside, "relative.html": "../outside.html", "up": "..", "broken.html": "none.html", "inside.html": "progress.html",
	} {
		desk.want(os.Symlink(to, desk.path(link)))
	}
	desk.want(syscall.Mkfifo(desk.path("pipe.html"), 0o666))
	desk.want(os.Mkdir(desk.path("directory.html"), 0o777))
	desk.save(".hidden.html", "hidden")
	desk.save("sub/page.html", "a page of its own")

	server := startServer(t, "--assets", desk.dir)
	if warnings := server.log.named("server.assets"); len(warnings) != 1 || warnings[0]["level"] != "warn" || warnings[0]["path"] != desk.dir {
		t.Errorf("the log has %v", warnings)
	}
	for _, protocol := range ssetest.Cleartext {
		public := server.caller(t, protocol)
		for _, path := range []string{
			"/absolute.html", "/relative.html", "/up/outside.html", "/broken.html", "/pipe.html", "/directory.html", "/.hidden.html",
			"/..%2foutside.html", "/sub/..%2f..%2foutside.html", "/%2e%2e/outside.html", "/sub%00.html", "/" + strings.Repeat("x", 300) + ".html",
		} {
			public.want(404, `"not_found"`, "GET", path, "")
		}
		public.want(200, "a page of its own", "GET", "/sub/page.html", "")
		public.want(200, "progress.js", "GET", "/inside.html", "")
		public.want(200, "-reload.js?shown=", "GET", "/", "")
		public.want(200, "EventSource", "GET", "/-reload.js", "")
		desk.save("index.html", "over "+string(protocol))
		public.want(200, "over "+string(protocol), "GET", "/index.html", "")
	}
}

// The pages of the admin listener are those of the directory as well, if it has them, and
// load anew.
func TestAssetsOfOperators(t *testing.T) {
	wantNoLeaks(t)
	desk := newDesk(t)
	start := func() caller {
		server := startServer(t, "--admin-addr=127.0.0.1:0", "--assets", desk.dir)
		return server.caller(t, ssetest.HTTP1).at(server.admin)
	}
	admin := start()
	admin.want(200, "<title>Overview", "GET", "/", "")
	admin.want(404, "not_found", "GET", "/-reload", "")

	desk.want(os.CopyFS(desk.path("admin"), assets.Admin()))
	admin = start()
	admin.want(200, `src="-reload.js?shown=`, "GET", "/", "")
	admin.want(200, `src="-reload.js?shown=`, "GET", "/log.html", "")
	admin.want(200, "EventSource", "GET", "/-reload.js", "")
	for _, shared := range []string{"/style.css", "/overview.js", "/uplot-LICENSE.txt", "/states.js"} {
		admin.want(200, "", "GET", shared, "")
	}
	for _, none := range []string{"/live.html", "/home.html", "/none.js", "/admin", "/..%2fadmin.go"} {
		admin.want(404, "not_found", "GET", none, "")
	}
	admin.want(200, "sseserver_build_info", "GET", "/metrics", "")
	feed := admin.stream("/-reload")
	feed.WantComment("connected")
	before, err := feed.Next()
	for err == nil && before.Name != "pages" {
		before, err = feed.Next()
	}
	desk.save("admin/overview.html", "<p>another</p>")
	after, err := feed.Next()
	if err != nil || after.Name != "pages" || after.Data == before.Data {
		t.Errorf("it is told of %v after %v, %v", after, before, err)
	}
	admin.want(200, "<p>another</p><script", "GET", "/", "")
}

// A page is told when a file is saved, also after the whole directory was made anew.
func TestAssetsReload(t *testing.T) {
	wantNoLeaks(t)
	desk := newDesk(t)
	page := startServer(t, "--assets", desk.dir).caller(t, ssetest.HTTP1).stream("/-reload")
	version := ""
	wantAnother := func() {
		t.Helper()
		for told := version; version == told; {
			event, err := page.Next()
			if err != nil {
				t.Fatal(err)
			}
			if event.Name == "pages" {
				version = event.Data
			}
		}
	}
	wantAnother()
	desk.save("style.css", "h1 { color: red }")
	wantAnother()
	desk.want(os.RemoveAll(desk.dir))
	desk.make() // with the style sheet that was there at first
	wantAnother()
	desk.save("new/page.html", "new")
	wantAnother()
}

// A directory that is not there is one line and exit code 2.
func TestNoAssets(t *testing.T) {
	wantNoLeaks(t)
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{file, file + ".none", file + "/sub"} {
		var stdout, stderr bytes.Buffer
		code := run(process{args: []string{"--addr=127.0.0.1:0", "--assets", dir}, env: noEnv, stdout: &stdout, stderr: &stderr})
		line := stderr.String()
		if code != exitInvalid || stdout.Len() > 0 || strings.Count(line, "\n") != 1 ||
			!strings.Contains(line, `"event":"config.invalid","key":"--assets","source":"flag","error":"must be a directory that can be read: `) {
			t.Errorf("%s: exit code %d, said %q, logged %s", dir, code, &stdout, line)
		}
	}
}
