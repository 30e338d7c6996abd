package main

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"

	"sseserver/httpapi/ssetest"
)

// curlFlags make curl speak each protocol.
var curlFlags = map[ssetest.Protocol][]string{
	ssetest.HTTP1: {"--http1.1"},
	ssetest.H2C:   {"--http2-prior-knowledge"},
	ssetest.HTTPS: {"--http1.1", "-k"},
	ssetest.H2:    {"--http2", "-k"},
}

// needCurl skips the test where there is no curl. Where .ci/run is, there is one.
func needCurl(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("curl"); err == nil {
		return
	}
	if os.Getenv("CI") == "true" {
		t.Fatal("curl is not installed, though CI=true")
	}
	t.Skip("curl is not installed")
}

// curlPipe is `producer | curl -T -`: two processes, of which the first repeats what
// the test says, and the second sends it on as the text of a live message.
type curlPipe struct {
	t        *testing.T
	producer *exec.Cmd
	in       io.WriteCloser // what the producer will say
	curl     *exec.Cmd
	out, err bytes.Buffer // of curl: the answer's body and its status in a line of its own
}

// startPipe begins to send to url. Both processes end with the test at the latest.
func startPipe(t *testing.T, protocol ssetest.Protocol, url string) *curlPipe {
	t.Helper()
	args := []string{"-sS", "-X", "POST", "-T", "-", "-H", "Content-Type: text/plain", "-w", "\n%{http_code}\n", url}
	p := &curlPipe{t: t, producer: exec.Command("cat"), curl: exec.Command("curl", append(args, curlFlags[protocol]...)...)}
	p.curl.Stdout, p.curl.Stderr = &p.out, &p.err
	between, into, err := os.Pipe() // which only the two have open when both run
	if err != nil {
		t.Fatal(err)
	}
	defer between.Close()
	defer into.Close()
	p.producer.Stdout, p.curl.Stdin = into, between
	if p.in, err = p.producer.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	for _, command := range []*exec.Cmd{p.producer, p.curl} {
		if err := command.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { kill(command) })
	}
	return p
}

// say lets the producer say text.
func (p *curlPipe) say(text string) {
	p.t.Helper()
	if _, err := io.WriteString(p.in, text); err != nil {
		p.t.Fatal(err)
	}
}

// end lets the producer end, as a program does that has said all.
func (p *curlPipe) end() { p.in.Close() }

// answer waits for curl's end, and returns what it was answered.
func (p *curlPipe) answer() (status, body string) {
	_ = p.curl.Wait()
	body, status, _ = strings.Cut(p.out.String(), "\n")
	return strings.TrimSuffix(status, "\n"), body
}

// want waits for curl's end, and wants an answer with all these texts in it.
func (p *curlPipe) want(status string, texts ...string) {
	p.t.Helper()
	got, body := p.answer()
	for _, text := range texts {
		if got != status || !strings.Contains(body, text) {
			p.t.Errorf("curl says %q, %q; want %s, %s", &p.out, &p.err, status, text)
		}
	}
}

// kill ends a process without a warning, if it has not ended.
func kill(command *exec.Cmd) {
	if command.ProcessState == nil {
		_ = command.Process.Kill()
		_ = command.Wait()
	}
}
