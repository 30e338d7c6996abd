// Package firefoxtest starts a real Firefox for the tests of our pages, and
// speaks WebDriver BiDi with it: https://w3c.github.io/webdriver-bidi/. It has of
// that protocol what these tests need. Only tests import it.
package firefoxtest

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// patience is how long Firefox may take to start.
const patience = 3 * time.Minute

// Start starts Firefox; it ends, children and profile included, with the test.
// Windows are made from the context with NewWindow. Without a Firefox the test
// is skipped, but where SSESERVER_REQUIRE_BROWSER=1 is set (as CI does) it fails.
func Start(t *testing.T) context.Context {
	t.Helper()
	path := find(t)
	profile := t.TempDir()
	if err := os.WriteFile(filepath.Join(profile, "user.js"), []byte(preferences), 0o644); err != nil {
		t.Fatal(err)
	}
	browser := exec.Command(path, "--headless", "--no-remote", "--profile", profile, "--remote-debugging-port=0")
	browser.Env = append(os.Environ(), "HOME="+profile, "MOZ_CRASHREPORTER_DISABLE=1", "MOZ_DISABLE_CONTENT_SANDBOX=1")
	browser.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // so that its children can be ended too
	says, words, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	browser.Stdout, browser.Stderr = words, words
	if err := browser.Start(); err != nil {
		t.Fatal(err)
	}
	words.Close()
	lines := bufio.NewReader(says)
	t.Cleanup(func() {
		_ = syscall.Kill(-browser.Process.Pid, syscall.SIGKILL)
		_ = browser.Wait()
		_, _ = io.Copy(io.Discard, lines) // each of its children can still say something, until it has ended
		says.Close()
	})

	address, err := listening(says, lines)
	if err != nil {
		t.Fatal(err)
	}
	session, err := connect(address)
	if err != nil {
		t.Fatalf("Firefox: %v", err)
	}
	t.Cleanup(session.close)
	return context.WithValue(context.Background(), sessionKey{}, session)
}

type sessionKey struct{} // of the session, in a context

// Runs tells whether the context is one of Start's.
func Runs(browser context.Context) bool { return browser.Value(sessionKey{}) != nil }

func find(t *testing.T) string {
	t.Helper()
	names := []string{"firefox-esr", "firefox"}
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	words := "no Firefox found (" + strings.Join(names, ", ") + "): the pages are not tested in it"
	if os.Getenv("SSESERVER_REQUIRE_BROWSER") == "1" {
		t.Fatal(words + ", though SSESERVER_REQUIRE_BROWSER=1 asks for it")
	}
	t.Skip(words)
	return ""
}

// listening reads what Firefox says until it tells its address. What it says
// later has room in the pipe.
func listening(says *os.File, lines *bufio.Reader) (address string, err error) {
	if err := says.SetReadDeadline(time.Now().Add(patience)); err != nil {
		return "", err
	}
	defer says.SetReadDeadline(time.Time{})
	var all strings.Builder
	for {
		line, err := lines.ReadString('\n')
		all.WriteString(line)
		if _, address, ok := strings.Cut(line, "BiDi listening on "); ok {
			return strings.TrimSpace(address), nil
		}
		if err != nil {
			return "", fmt.Errorf("firefoxtest: Firefox does not start: %w; it says:\n%s", err, all.String())
		}
	}
}
