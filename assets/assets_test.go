package assets_test

import (
	"bytes"
	"io/fs"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/net/html"

	"sseserver/assets"
)

// site is what one listener serves side by side.
type site struct {
	first     string   // the page at ./
	own       fs.FS    // its pages, and what only they load
	all       fs.FS    // what they may load
	elsewhere []string // addresses that pages link to and that are no file here
}

// eachSite runs a test for both.
func eachSite(t *testing.T, test func(*testing.T, site)) {
	t.Run("public", func(t *testing.T) {
		test(t, site{"home.html", assets.FS(), assets.FS(), []string{"openapi.yaml"}})
	})
	t.Run("admin", func(t *testing.T) {
		test(t, site{"overview.html", assets.Admin(), both{assets.Admin(), assets.FS()}, []string{".", "metrics", "debug/pprof", "log/lines"}})
	})
}

// both has the files of several file systems.
type both []fs.FS

func (b both) Open(name string) (file fs.File, err error) {
	for _, files := range b {
		if file, err = files.Open(name); err == nil {
			return file, nil
		}
	}
	return nil, err
}

// TestAdminHidesNothing has no name in both sites: the admin listener serves all of both.
func TestAdminHidesNothing(t *testing.T) {
	names, err := fs.Glob(assets.Admin(), "*")
	if err != nil || len(names) < 10 {
		t.Fatalf("the operator's files are %q, %v", names, err)
	}
	for _, name := range names {
		if _, err := fs.Stat(assets.FS(), name); err == nil {
			t.Errorf("%s is also a file of the public pages", name)
		}
	}
}

// importPath finds the module that a JavaScript file imports.
var importPath = regexp.MustCompile(`(?m)^(?:import|export)\b[^'"]*\bfrom\s+['"]([^'"]+)['"]`)

func TestFilesAreUTF8(t *testing.T) { eachSite(t, testFilesAreUTF8) }

func testFilesAreUTF8(t *testing.T, s site) {
	err := fs.WalkDir(s.own, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		if body := s.read(t, name); !utf8.Valid(body) || len(body) == 0 {
			t.Errorf("%s: empty, or not valid UTF-8", name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestNothingFromElsewhere holds the pages to one host and to files that exist.
func TestNothingFromElsewhere(t *testing.T) { eachSite(t, testNothingFromElsewhere) }

func testNothingFromElsewhere(t *testing.T, s site) {
	for _, page := range s.pages(t) {
		for node := range s.parse(t, page).Descendants() {
			for _, attr := range node.Attr {
				switch attr.Key {
				case "href", "src", "action", "srcset", "poster", "data":
					s.wantLocal(t, page, attr.Val)
					if attr.Val == "openapi.yaml" && page != "api.html" {
						t.Errorf("%s: a link to %s, which browsers store, not show; api.html says the same", page, attr.Val)
					}
				}
			}
		}
	}
	scripts, err := fs.Glob(s.own, "*.js")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range scripts {
		for _, match := range importPath.FindAllSubmatch(s.read(t, name), -1) {
			s.wantLocal(t, name, string(match[1]))
		}
	}
	sheets, err := fs.Glob(s.own, "*.css")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range sheets {
		if css := s.read(t, name); bytes.Contains(css, []byte("url(")) || bytes.Contains(css, []byte("@import")) {
			t.Errorf("%s: loads another file", name)
		}
	}
}

// TestPagesKeepThePolicy looks for what the Content-Security-Policy of the
// package doc would block without a word to the reader.
func TestPagesKeepThePolicy(t *testing.T) { eachSite(t, testPagesKeepThePolicy) }

func testPagesKeepThePolicy(t *testing.T, s site) {
	for _, page := range s.pages(t) {
		for node := range s.parse(t, page).Descendants() {
			if node.Data == "style" && node.Type == html.ElementNode {
				t.Errorf("%s: inline <style>", page)
			}
			if node.Data == "script" && node.Type == html.ElementNode && (attribute(node, "src") == "" || node.FirstChild != nil) {
				t.Errorf("%s: inline <script>", page)
			}
			for _, attr := range node.Attr {
				if attr.Key == "style" || strings.HasPrefix(attr.Key, "on") {
					t.Errorf("%s: <%s> has an inline %s attribute", page, node.Data, attr.Key)
				}
			}
		}
	}
}

// TestPagesAreAccessible checks what a screen reader needs before any script runs.
func TestPagesAreAccessible(t *testing.T) { eachSite(t, testPagesAreAccessible) }

func testPagesAreAccessible(t *testing.T, s site) {
	for _, page := range s.pages(t) {
		t.Run(page, func(t *testing.T) {
			doc := s.parse(t, page)
			ids := idsOf(t, doc)
			headings, forms := 0, 0
			roles := make(map[string]bool)
			for node := range doc.Descendants() {
				if node.Type != html.ElementNode {
					continue
				}
				roles[attribute(node, "role")] = true
				switch node.Data {
				case "form":
					forms++
				case "html":
					if attribute(node, "lang") == "" {
						t.Error("<html> names no language")
					}
				case "h1":
					headings++
				case "img":
					if !slices.ContainsFunc(node.Attr, func(a html.Attribute) bool { return a.Key == "alt" }) {
						t.Error("<img> without alt")
					}
				case "input", "textarea", "select", "progress":
					if !labelled(doc, node) {
						t.Errorf("<%s id=%q> has no label", node.Data, attribute(node, "id"))
					}
				case "label":
					if target := attribute(node, "for"); target != "" && ids[target] == nil {
						t.Errorf("label for %q, which does not exist", target)
					}
				}
				for _, key := range []string{"aria-labelledby", "aria-describedby", "aria-controls"} {
					for _, id := range strings.Fields(attribute(node, key)) {
						if ids[id] == nil {
							t.Errorf("<%s> %s=%q, which does not exist", node.Data, key, id)
						}
					}
				}
			}
			if headings != 1 {
				t.Errorf("%d <h1>, want 1", headings)
			}
			if forms > 0 && !(roles["alert"] && roles["status"]) {
				t.Errorf("it has a form, and no place for errors with the role alert, or for the state with the role status")
			}
		})
	}
}

// TestPagesLeadToEachOther has the same navigation on each page, which says where one is.
func TestPagesLeadToEachOther(t *testing.T) { eachSite(t, testPagesLeadToEachOther) }

func testPagesLeadToEachOther(t *testing.T, s site) {
	header := regexp.MustCompile(`(?s)<header>.*?</header>`)
	want := header.FindString(string(s.read(t, s.first)))
	for _, page := range s.pages(t) {
		address := page
		if page == s.first {
			address = "./"
		}
		if !strings.Contains(want, `href="`+address+`"`) {
			t.Errorf("no page leads to %s", page)
		}
		got := header.FindString(string(s.read(t, page)))
		if here := `href="` + address + `" aria-current="page"`; strings.Count(got, "aria-current") != 1 || !strings.Contains(got, here) {
			t.Errorf("%s does not say where it is", page)
		}
		unmarked := strings.NewReplacer(` aria-current="page"`, "")
		if unmarked.Replace(got) != unmarked.Replace(want) {
			t.Errorf("%s has another navigation than %s:\n%s", page, s.first, got)
		}
	}
}

// TestScriptsFindTheirElements holds pages and scripts together: every id that a
// script asks for is in every page that loads it.
func TestScriptsFindTheirElements(t *testing.T) { eachSite(t, testScriptsFindTheirElements) }

func testScriptsFindTheirElements(t *testing.T, s site) {
	byID := regexp.MustCompile(`(?:byId|getElementById)\('([^']+)'\)`)
	found := 0
	for _, page := range s.pages(t) {
		doc := s.parse(t, page)
		ids := idsOf(t, doc)
		for name := range s.scriptsOf(t, doc) {
			for _, match := range byID.FindAllSubmatch(s.read(t, name), -1) {
				found++
				if ids[string(match[1])] == nil {
					t.Errorf("%s: %s needs an element with id %q", page, name, match[1])
				}
			}
		}
	}
	if found < 40 {
		t.Errorf("the scripts look up only %d elements; has the spelling changed?", found)
	}
}

// scriptsOf returns the names of the scripts that a page loads, and of those that
// they import.
func (s site) scriptsOf(t *testing.T, doc *html.Node) map[string]bool {
	t.Helper()
	names := make(map[string]bool)
	var load func(name string)
	load = func(name string) {
		if names[name] {
			return
		}
		names[name] = true
		for _, match := range importPath.FindAllSubmatch(s.read(t, name), -1) {
			load(path.Clean(string(match[1])))
		}
	}
	for node := range doc.Descendants() {
		if node.Data == "script" && node.Type == html.ElementNode {
			load(attribute(node, "src"))
		}
	}
	return names
}

// pages are the HTML files.
func (s site) pages(t *testing.T) []string {
	t.Helper()
	names, err := fs.Glob(s.own, "*.html")
	if err != nil || len(names) < 2 {
		t.Fatalf("pages: %q, %v; want at least two", names, err)
	}
	return names
}

func (s site) wantLocal(t *testing.T, from, address string) {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil || u.IsAbs() || u.Host != "" || strings.HasPrefix(u.Path, "/") {
		t.Errorf("%s: %q is not relative", from, address)
		return
	}
	name := path.Clean(u.Path)
	if slices.Contains(s.elsewhere, name) {
		return
	}
	if _, err := fs.Stat(s.all, name); err != nil {
		t.Errorf("%s: %q does not exist: %v", from, address, err)
	}
}

func (s site) read(t *testing.T, name string) []byte {
	t.Helper()
	body, err := fs.ReadFile(s.all, name)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

func (s site) parse(t *testing.T, page string) *html.Node {
	t.Helper()
	doc, err := html.Parse(bytes.NewReader(s.read(t, page)))
	if err != nil {
		t.Fatalf("%s: %v", page, err)
	}
	return doc
}

func idsOf(t *testing.T, doc *html.Node) map[string]*html.Node {
	t.Helper()
	ids := make(map[string]*html.Node)
	for node := range doc.Descendants() {
		id := attribute(node, "id")
		if id == "" {
			continue
		}
		if ids[id] != nil {
			t.Errorf("two elements with id %q", id)
		}
		ids[id] = node
	}
	return ids
}

// labelled reports whether a label holds the node or names its id.
func labelled(doc, node *html.Node) bool {
	for ancestor := range node.Ancestors() {
		if ancestor.Data == "label" {
			return true
		}
	}
	id := attribute(node, "id")
	for other := range doc.Descendants() {
		if other.Data == "label" && id != "" && attribute(other, "for") == id {
			return true
		}
	}
	return false
}

// attribute returns the value of the attribute, "" where there is none.
func attribute(node *html.Node, key string) string {
	if node == nil {
		return ""
	}
	for _, attr := range node.Attr {
		if attr.Key == key {
			return attr.Val
		}
	}
	return ""
}
