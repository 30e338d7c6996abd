package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

const top = "../.."

func read(t *testing.T, path ...string) []byte {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(append([]string{top}, path...)...))
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// The page is what the description says now.
func TestUpToDate(t *testing.T) {
	want, err := pageOf(read(t, "httpapi", "openapi.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(read(t, "assets", "api.html"), want) {
		t.Error("assets/api.html is not what httpapi/openapi.yaml says; run go generate ./internal/apipage")
	}
}

// generate writes the page where it is served from.
func TestGenerate(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"httpapi", "assets"} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := generate(dir); err == nil {
		t.Error("no description, and no error")
	}
	description := read(t, "httpapi", "openapi.yaml")
	if err := os.WriteFile(filepath.Join(dir, "httpapi", "openapi.yaml"), description, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := generate(dir); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(filepath.Join(dir, "assets", "api.html")); err != nil || !bytes.Equal(got, read(t, "assets", "api.html")) {
		t.Errorf("it writes another page: %v", err)
	}
}

// A small description has all that a page can show.
func TestPage(t *testing.T) {
	content, err := pageOf(read(t, "internal", "apipage", "testdata", "small.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	page := string(content)
	for what, want := range map[string]string{
		"text about the API, in CommonMark":     `<p>Some <strong>text</strong> for 1 &lt; 2.</p>`,
		"a heading of it, with an id":           `<h2 id="about-more">More</h2>`,
		"an operation":                          `<section id="look" class="operation" data-method="GET" data-path="/things/{messageId}"`,
		"one that wants a token":                `<section id="make" class="operation" data-method="POST" data-path="/things" data-token`,
		"its place in the contents":             `<a href="#look"><span class="method">GET</span> <span>/<wbr>things/<wbr>{messageId}</span></a>`,
		"a field for a parameter":               `<input id="look-n-query" type="text" data-name="n" data-in="query" placeholder="7"`,
		"a choice":                              `<option value="b">b</option>`,
		"a choice without a value":              `<option value="">without a value</option>`,
		"what a parameter may be":               `<span class="type">integer, 0 to 2⁶⁴ − 1</span>`,
		"a body in one of two types":            `<option data-example="plain &lt;text&gt;">text/plain</option>`,
		"the example of the first":              "\n{&#34;name&#34;:&#34;a &lt; b&#34;}</textarea>",
		"an answer with a schema":               `<a href="#schema-thing">Thing</a>`,
		"a header of it":                        `<p class="type"><code>Location</code>: Where it is.</p>`,
		"an error, with a link to its code":     `<a href="#code-not_there"><code>not_there</code></a>: no such thing.`,
		"a code, with its status":               `<td>404</td>`,
		"what answers with it":                  `<li><a href="#look">GET /things/{messageId}</a></li>`,
		"a code that any request may meet":      `<td>405</td>`,
		"a member of a member":                  `<code>parts[].size</code> <span class="type">number, or null</span>`,
		"a member that may be missing":          `<span class="type">may be missing</span>`,
		"an example with lines and blank lines": "\ndata: 1\n\ndata: 2\n\n</pre>",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("%s: the page lacks\n%s", what, want)
		}
	}
	if events, schemas := strings.Index(page, `id="schema-tick"`), strings.Index(page, `id="schemas"`); events < 0 || events > schemas {
		t.Error("what an event stream carries is not among the events")
	}
	if first, second := strings.Index(page, `id="make"`), strings.Index(page, `id="look"`); first > second {
		t.Error("operations are not in the order of the file")
	}
	if strings.Contains(page, "ZgotmplZ") {
		t.Error("the template refuses a value")
	}
}

func TestBadDescription(t *testing.T) {
	if _, err := pageOf([]byte("openapi: [")); err == nil {
		t.Error("no YAML, and no error")
	}
}

// Every link inside the page leads somewhere.
func TestLinks(t *testing.T) {
	document, err := html.Parse(bytes.NewReader(read(t, "assets", "api.html")))
	if err != nil {
		t.Fatal(err)
	}
	ids, links := map[string]bool{}, map[string]bool{}
	for node := range document.Descendants() {
		for _, a := range node.Attr {
			if a.Key == "id" {
				ids[a.Val] = true
			} else if to, inside := strings.CutPrefix(a.Val, "#"); a.Key == "href" && inside {
				links[to] = true
			}
		}
	}
	if len(links) < 50 {
		t.Errorf("only %d links: has their form changed?", len(links))
	}
	for to := range links {
		if !ids[to] {
			t.Errorf("a link leads to #%s, which does not exist", to)
		}
	}
}
