package docscheck

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"sseserver/internal/tlscert/tlscerttest"
)

// installs is the command that the other ones need.
const installs = "go install ./cmd/..."

// install installs the programs as README.md says, and returns the directory.
func install(t *testing.T) (bin string) {
	t.Helper()
	bin = t.TempDir()
	cmd := shell(bin, top, installs)
	cmd.Env = append(cmd.Env, "GOBIN="+bin)
	if output, code := finish(t, cmd); code != 0 {
		t.Fatalf("%s: exit code %d\n%s", installs, code, output)
	}
	return bin
}

// backend is where a server listens that a document shows whole.
const backend = "http://127.0.0.1:3000"

// reader is somebody who types the commands of a document. For one goroutine.
type reader struct {
	bin string // where the programs are
	dir string // where the commands run
	// What the document shows and what stands for it here, in turns: addresses and
	// ids.
	stand []string
	home  string // of its user, for programs that write there
}

// newReader writes the files that the document shows, and starts the servers
// that the documents assume: two at 127.0.0.1:4400, one with its log in
// server.log, and one with TLS; and those of others.
func newReader(t *testing.T, bin, document string) *reader {
	t.Helper()
	dir := t.TempDir()
	shown := files(t, document)
	flags, nodes := startNodes(t, bin, document)
	found := makeLog(t, bin, dir, document)
	plain := serve(t, shell(bin, dir, "sseserver --log-file server.log"+flags), serves)
	secure := serve(t, shell(bin, t.TempDir(), "sseserver --tls-self-signed"), serves)
	r := &reader{bin: bin, dir: dir, home: t.TempDir(), stand: append(append(nodes, found...),
		"https://127.0.0.1:4400", secure,
		"0.0.0.0:4400", "0.0.0.0:0", // other servers of the documents
		"0.0.0.0:4401", "0.0.0.0:0",
		"127.0.0.1:4400", strings.TrimPrefix(plain, "http://"),
		"127.0.0.1:9464", "127.0.0.1:0",
		"127.0.0.1:4401", adminIn(t, filepath.Join(dir, "server.log")),
		"https://example.org/events", plain+"/stream/"+submit(t, plain)+"?interval=10ms",
		"http://127.0.0.1:8000", startModel(t),
		"http://127.0.0.1:8080", startHub(t, shown["nchan.conf"]),
		"https://127.0.0.1:8443", startSecure(t),
	)}
	for name, content := range shown {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(r.here(content)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return r
}

// here is a text of the document with what stands here for what it shows.
func (r *reader) here(text string) string { return strings.NewReplacer(r.stand...).Replace(text) }

// follow does with a command what the table says.
func (r *reader) follow(t *testing.T, c command, how treatment) {
	if how.slow && !isCI {
		t.Skip("slow: CI=true runs it")
	}
	text, dir := c.text+how.more, r.dir
	switch {
	case how.atTop:
		dir = top // except for what the benchmarks write
		text = regexp.MustCompile(`(old|new)\.txt`).ReplaceAllString(text, r.dir+"/$0")
	case how.serves:
		dir = t.TempDir() // r.dir has the log of another server
		tlscerttest.New(t).Write(t, filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem"))
	}
	cmd := shell(r.bin, dir, r.here(text))
	if how.atHome {
		cmd.Env = append(cmd.Env, "HOME="+r.home)
	}
	switch {
	case how.stays:
		r.stand = append(r.stand, backend, serve(t, cmd, how))
		return
	case how.serves:
		serve(t, cmd, how)
		return
	}
	output, code := finish(t, cmd)
	if !how.allows(code) {
		t.Fatalf("%s:%d: exit code %d\n%s\n%s", c.file, c.line, code, cmd.Args[2], output)
	}
	if how.fails != "" && strings.Contains(output, how.fails) {
		t.Errorf("%s:%d: %s", c.file, c.line, output)
	}
	if how.finds && strings.TrimSpace(output) == "" {
		t.Errorf("%s:%d: it finds nothing", c.file, c.line)
	}
	if c.want != nil {
		r.compare(t, c, output, how.figures)
	}
}

// adminIn returns the address of the admin listener, which the log names.
func adminIn(t *testing.T, path string) string {
	t.Helper()
	log, err := os.ReadFile(path)
	matches := regexp.MustCompile(`"urls":\["http://([^/]*)/metrics"`).FindAllSubmatch(log, -1)
	if err != nil || matches == nil {
		t.Fatalf("the log names no admin listener: %v\n%s", err, log)
	}
	return string(matches[len(matches)-1][1]) // of the latest server
}

// submit stores a message of some length and returns its id.
func submit(t *testing.T, url string) string {
	t.Helper()
	body, err := json.Marshal(map[string]string{"message": strings.Repeat("word ", 20)})
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.Post(url+"/send", "application/json", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var answer struct{ MessageID string }
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil || answer.MessageID == "" {
		t.Fatalf("%s: %v", response.Status, err)
	}
	return answer.MessageID
}
