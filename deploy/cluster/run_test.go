package main

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"sseserver/internal/logs/reading"
	"sseserver/internal/logs/verify"
)

// The command as somebody uses it who wants to see what it is.
func TestCluster(t *testing.T) {
	t.Parallel()
	if taken, err := net.Listen("tcp", "127.0.0.1:4400"); err == nil { // else it is taken as well
		defer taken.Close()
	}
	p := start(t)
	said := p.ready(t)
	if !strings.Contains(said, "Not all ports from 4400 on are free") || strings.Contains(said, "http://127.0.0.1:4400") {
		t.Errorf("it says %s", said)
	}
	if len(p.urls) != 6 || !slices.IsSorted(p.urls[:3]) || strings.Count(said, "the leader") != 1 {
		t.Fatalf("it says %s", said)
	}
	tryWhatItSays(t, said)

	if err := syscall.Kill(p.pids[0], syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	p.wait(t, "node-1 has ended (signal: killed). Enter starts it again.")
	wantReady(t, p.urls[1])
	if _, err := io.WriteString(p.stdin, "\n"); err != nil {
		t.Fatal(err)
	}
	if said := p.wait(t, "node-1 is ready again."); !strings.Contains(said, " pid ") {
		t.Errorf("it says %s", said)
	}
	wantReady(t, p.urls[0])

	for _, engine := range p.pids[3:] { // none of which is ready before another one is
		if err := syscall.Kill(engine, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		p.wait(t, " has ended (signal: killed). Enter starts it again.")
	}
	if _, err := io.WriteString(p.stdin, "\n"); err != nil {
		t.Fatal(err)
	}
	for range p.pids[3:] {
		p.wait(t, " is ready again.")
	}
	if err := syscall.Kill(p.pids[1], syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	p.wait(t, "node-2 has ended (signal: killed).")
	p.interrupt() // the others end all the same
	p.wantEnd(t, exitOK)
	if says := p.stderr.String(); says != "" {
		t.Errorf("it says %s", says)
	}
}

// tryWhatItSays runs the commands that are shown, but for the load test.
func tryWhatItSays(t *testing.T, said string) {
	t.Helper()
	var commands []string
	for line := range strings.Lines(said) {
		if command, ok := strings.CutPrefix(line, "   "); ok {
			commands = append(commands, command)
		}
	}
	if len(commands) != 3 || !strings.Contains(commands[2], "sseload") {
		t.Errorf("it shows the commands %q", commands)
	}
	if _, err := exec.LookPath("curl"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Error(err)
		}
		return
	}
	out, err := exec.Command("sh", "-c", strings.Join(commands[:2], "")).Output()
	if err != nil || !bytes.Contains(out, []byte(`"chunk":"H","position":0,"total":6}`)) || !bytes.Contains(out, []byte("event: done\n")) {
		t.Errorf("%v\nprint %s, %v", commands, out, err)
	}
}

func wantReady(t *testing.T, url string) {
	t.Helper()
	if status, answer := get(t, url+"/readyz"); status != http.StatusOK {
		t.Errorf("%s answers %d, %s", url, status, answer)
	}
}

func get(t *testing.T, url string) (status int, answer string) {
	t.Helper()
	defer http.DefaultClient.CloseIdleConnections()
	response, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(body)
}

// The second Ctrl-C does not wait for a stream that goes on. What is to be kept is
// there the next time.
func TestSecondInterrupt(t *testing.T) {
	keep := filepath.Join(t.TempDir(), "new", "kept")
	flags := []string{"--server", buildServer(t), "--keep", keep, "--engines=1", "--nodes=1", "--", "--drain=1h"}
	p := start(t, flags...)
	p.ready(t)
	response, err := http.Post(p.urls[0]+"/messages", "application/json", strings.NewReader(`{"message":"Hi"}`))
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	message := response.Header.Get("Location")
	stream, err := http.Get(p.urls[0] + strings.Replace(message, "messages", "stream", 1))
	if err != nil {
		t.Fatal(err)
	}
	defer http.DefaultClient.CloseIdleConnections()
	defer stream.Body.Close()
	p.interrupt()
	p.wait(t, "Stopping all.")
	p.interrupt()
	p.wantEnd(t, exitFailed)
	if says := p.stderr.String(); says != "cluster: interrupted\n" {
		t.Errorf("it says %q", says)
	}
	wantVerified(t, filepath.Join(keep, "node-1.log"))

	p = start(t, flags...)
	p.ready(t)
	if status, answer := get(t, p.urls[0]+message); status != http.StatusOK || !strings.Contains(answer, `"state":"open"`) {
		t.Errorf("the message is answered with %d, %s", status, answer)
	}
	p.interrupt()
	p.wantEnd(t, exitOK)
	wantVerified(t, filepath.Join(keep, "node-1.log"))

	// Ctrl-C also ends a start that gets nowhere.
	p = start(t, append(flags, "--nats=nats://127.0.0.1:1")...)
	p.wait(t, "Starting 1 engine and 1 node …")
	p.interrupt()
	p.wantEnd(t, exitFailed)
	if says := p.stderr.String(); says != "cluster: interrupted\n" {
		t.Errorf("it says %q", says)
	}
}

// wantVerified checks that the log of a node is one, and agrees with itself.
func wantVerified(t *testing.T, path string) {
	t.Helper()
	v := verify.New(func(p verify.Problem) { t.Error(p) })
	input := reading.Files([]string{path})
	input.OnBroken = v.Broken
	if _, err := reading.Read(t.Context(), input, v.Line); err != nil {
		t.Error(err)
	}
	v.End()
}

func TestCommandLine(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		args           string
		code           int
		stdout, stderr string // how they begin
	}{
		{"--help", exitOK, "cluster - start several nodes", ""},
		{"--version", exitOK, "cluster version ", ""},
		{"--engines=2", exitInvalid, "", "cluster: --engines: must be 1, or from 3 to 9, got '2'\n"},
		{"--engines=many", exitInvalid, "", "cluster: --engines: must be 1, or from 3 to 9, got 'many'\n"},
		{"--nodes=0", exitInvalid, "", "cluster: --nodes: must be from 1 to 9, got '0'\n"},
		{"--nodse=1", exitInvalid, "", "cluster: --nodse: unknown flag; did you mean --nodes?\n"},
		{"--keep=", exitInvalid, "", "cluster: --keep: must be a directory\n"},
		{"--server=/no/such/file", exitInvalid, "", "cluster: --server: stat /no/such/file: no such file or directory\n"},
		{"--drain 1s", exitInvalid, "", "cluster: --drain: unknown flag; "},
		{"drain", exitInvalid, "", "cluster: drain: unknown argument; options for the nodes follow --\n"},
		{"--keep " + file, exitFailed, "", fmt.Sprintf("cluster: mkdir %s: ", file)},
	} {
		var stdout, stderr bytes.Buffer
		code := run(process{args: strings.Fields(test.args), stdin: strings.NewReader(""), stdout: &stdout, stderr: &stderr})
		if code != test.code || !strings.HasPrefix(stdout.String(), test.stdout) || !strings.HasPrefix(stderr.String(), test.stderr) || stdout.Len() > 0 && stderr.Len() > 0 {
			t.Errorf("%s: exit code %d, stdout %q, stderr %q\nwant %d, %q, %q", test.args, code, &stdout, &stderr, test.code, test.stdout, test.stderr)
		}
	}
}
