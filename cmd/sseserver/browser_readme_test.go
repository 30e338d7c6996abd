package main

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"sseserver/httpapi/ssetest"
)

// shownPages are the pages that a document shows whole, in their order.
var shownPages = regexp.MustCompile("(?ms)^```html[^\n]*\n(.*?)^```$")

// savePage saves one of the pages of a document as a file, as its reader does, and
// returns the address of the file.
func savePage(t *testing.T, server *liveServer, document string, n int) (address string) {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("../..", document))
	if err != nil {
		t.Fatal(err)
	}
	found := shownPages.FindAllStringSubmatch(string(content), -1)
	if len(found) <= n || !strings.Contains(found[n][1], "http://127.0.0.1:4400") {
		t.Fatalf("%s does not show %d pages that use the server: %q", document, n+1, found)
	}
	page := strings.ReplaceAll(found[n][1], "http://127.0.0.1:4400", server.url)
	file := filepath.Join(t.TempDir(), "page.html")
	if err := os.WriteFile(file, []byte(page), 0o644); err != nil {
		t.Fatal(err)
	}
	return "file://" + file
}

// testReadmeExample opens the page of README.md.
func testReadmeExample(t *testing.T, browser context.Context) {
	p := openTab(t, browser, savePage(t, startServer(t), "README.md", 0))
	p.until("text.textContent === 'Hello from the server!' && document.title === 'ended'")
}

// testClientGuide opens the pages of docs/client.md. The first one is reloaded in the
// middle of a message.
func testClientGuide(t *testing.T, browser context.Context) {
	server := startServer(t)
	from := server.caller(t, ssetest.HTTP1)
	head, _ := from.want(201, "", "POST", "/messages", `{"message":"Hello "}`, "Content-Type", "application/json")
	id := strings.TrimPrefix(head.Get("Location"), "/messages/")
	p := openTab(t, browser, savePage(t, server, "docs/client.md", 0)+"#"+id)
	const shows = "document.querySelectorAll('p')[0].textContent + '/' + document.querySelectorAll('p')[1].textContent"
	p.until(shows + " === 'Hello /Streaming'")
	p.reload()
	p.until(shows + " === 'Hello /Streaming'")
	from.want(200, "", "POST", "/messages/"+id+"/chunks?complete", "world", "Content-Type", "text/plain")
	p.until(shows + " === 'Hello world/Complete'")
	if lines := server.log.named("stream.opened"); lines[len(lines)-1]["last_event_id"] != "0" {
		t.Errorf("after the reload it begins anew: %v", lines)
	}

	p.open(savePage(t, server, "docs/client.md", 1))
	p.until("document.querySelector('#answer').textContent === 'Hello there!'")
}
