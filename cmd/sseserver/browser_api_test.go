package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// apiForm is the form of one operation on the API page.
type apiForm struct {
	*tab
	id string // of the operation, in the description
}

// at is the element of the operation with this selector, in JavaScript.
func (f apiForm) at(selector string) string {
	return fmt.Sprintf("document.querySelector('#%s %s')", f.id, selector)
}

func (f apiForm) open() apiForm { f.t.Helper(); f.js(f.at(".try") + ".open = true"); return f }

// set fills in one of its fields.
func (f apiForm) set(name, value string) {
	f.t.Helper()
	f.fill("#"+f.id+" [data-name=\""+name+"\"]", value)
}

// try sends what the form holds, and waits for the answer's end.
func (f apiForm) try(status string) {
	f.t.Helper()
	f.click("#" + f.id + " [type=submit]")
	f.until(f.at(".status") + ".textContent === " + jsString(status) + " && !['streaming', 'connecting'].includes(" + f.at(".reply") + ".dataset.state)")
}

// bytes is the body of the answer, as it is shown.
func (f apiForm) bytes() string {
	f.t.Helper()
	return eval[string](f.tab, f.at(".bytes")+".textContent")
}

// curl is the curl line.
func (f apiForm) curl() string {
	f.t.Helper()
	return eval[string](f.tab, f.at(".curl")+".textContent")
}

// run runs the curl line in a shell, and returns what it prints.
func (f apiForm) run(env ...string) string {
	f.t.Helper()
	needCurl(f.t)
	command := exec.Command("sh", "-c", f.curl())
	command.Env = append(os.Environ(), env...)
	out, err := command.Output()
	if err != nil {
		f.t.Errorf("%s: %v", f.curl(), err)
	}
	return string(out)
}

// testAPI tries operations, and runs their curl lines: both do the same.
func testAPI(t *testing.T, browser context.Context) {
	server := startServer(t)
	p := openTab(t, browser, server.url+"/api.html", "status of 404", "ERR_CONNECTION_RESET", "ERR_INCOMPLETE_CHUNKED_ENCODING")
	form := func(id string) apiForm { t.Helper(); return apiForm{p, id}.open() }

	// A message that is sent is the one that the other forms ask for.
	submit := form("send")
	submit.fill("#send .body", `{"message": "It's \u2028 <b>é</b> \\"}`)
	submit.try("200 OK")
	if got := submit.run(); !strings.HasPrefix(got, `{"status":"ok","messageId":"`) {
		t.Errorf("the curl line prints %q", got)
	}
	stream := form("streamCharacters")
	id := eval[string](p, stream.at("[data-name=messageId]")+".value")
	if !strings.Contains(submit.bytes(), id) {
		t.Errorf("the id in the form is %q, and the answer was %s", id, submit.bytes())
	}
	stream.try("200 OK")
	if got, want := strings.ReplaceAll(stream.run(), "\u2028", `\u2028`), stream.bytes(); got != want || !strings.HasSuffix(want, "\n\n") {
		t.Errorf("the curl line prints\n%s\nand the page shows\n%s", got, want)
	}

	// What is filled in is in the request, and in the line.
	stream.set("interval", "3ms")
	p.js("document.querySelector('#streamCharacters [data-name=unit]').value = 'word'")
	stream.set("Last-Event-ID", "1")
	stream.try("200 OK")
	if got := stream.bytes(); stream.run() != strings.ReplaceAll(got, `\u2028`, "\u2028") || !strings.Contains(got, `"from":2,"resumed":true`) || strings.Count(got, "\nid: ") != 2 {
		t.Errorf("the page shows\n%s", got)
	}
	stream.set("fault", "cut@2")
	stream.set("Last-Event-ID", "")
	stream.try("200 OK, and the connection broke")

	// A live message is read while it is written.
	create := form("openMessage")
	create.try("201 Created")
	look := form("getMessage")
	look.try("200 OK")
	if got := look.bytes(); !strings.Contains(got, `"state": "open"`) {
		t.Errorf("the message is\n%s", got)
	}
	stream.set("fault", "")
	p.click("#streamCharacters [type=submit]")
	p.until(stream.at(".bytes") + ".textContent.startsWith(': connected')")
	more := form("appendChunks")
	more.fill("#appendChunks .body", "it's\ntwo lines")
	more.try("200 OK")
	p.until(stream.at(".bytes") + ".textContent.includes(" + jsString(`"chunk":"it's\n"`) + ")")
	if got := more.run(); !strings.Contains(got, `"position":2`) {
		t.Errorf("the curl line prints %q", got)
	}
	p.click("#streamCharacters .stop")
	p.until(stream.at(".status") + ".textContent === '200 OK, stopped'")
	first := form("home")
	first.try("200 OK")
	if got := first.bytes(); !strings.Contains(got, "home.js") || first.run() != got {
		t.Errorf("the first page, by %s, is\n%s", first.curl(), got)
	}
	head := form("headCharacters")
	head.try("200 OK")
	if got := head.bytes(); got != "" || !strings.Contains(head.run(), "text/event-stream") {
		t.Errorf("a HEAD has the body %q", got)
	}

	// What is wrong is said where it is, and can be mended there.
	look.set("messageId", "")
	p.click("#getMessage [type=submit]")
	p.until(look.at(".error") + ".textContent === 'The request needs messageId. Fill it in.'")
	look.set("messageId", "gone")
	look.try("404 Not Found")
	p.click("#getMessage .make")
	p.until(look.at("[data-name=messageId]") + ".value.length === 36")
	look.try("200 OK")
	look.set("X-Request-Id", "ключ")
	p.click("#getMessage [type=submit]")
	p.until(look.at(".error") + ".textContent.startsWith('A browser cannot send this.')")
}

// testAPIToken tries operations of a server with a token, which the page asks for
// and the shell adds.
func testAPIToken(t *testing.T, browser context.Context) {
	p := openTab(t, browser, startServer(t, "--send-token=right").url+"/api.html", "status of 401")
	submit := apiForm{p, "send"}.open()
	submit.try("401 Unauthorized")
	p.until(submit.at(".error") + ".textContent === " + jsString(noToken))
	p.fill("#send .token", "wrong")
	submit.try("401 Unauthorized")
	p.until(submit.at(".error") + ".textContent === " + jsString(wrongToken))
	p.fill("#send .token", "right")
	submit.try("200 OK")
	if line := submit.curl(); strings.Contains(line, "right") || !strings.Contains(submit.run("SSESERVER_SEND_TOKEN=right"), `"status":"ok"`) {
		t.Errorf("the curl line is %s", line)
	}
	p.reload() // and the tab keeps it
	submit.open().try("200 OK")
}
