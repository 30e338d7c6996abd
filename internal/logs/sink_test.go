//go:build unix

package logs

import (
	"bufio"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// A FIFO without a reader holds nobody up, and gets what was logged as soon as it
// has one.
func TestFIFO(t *testing.T) {
	path := filepath.Join(t.TempDir(), "fifo")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Skip("no FIFOs here: ", err)
	}
	out := open(t, Config{File: path})
	ServerReady.Log(out.Logger, StartupMS(0))
	out.Reopen() // cannot, and says so
	reader, err := os.OpenFile(path, os.O_RDONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	first, err := bufio.NewReader(reader).ReadString('\n')
	if err != nil || !strings.Contains(first, "server.ready") {
		t.Errorf("read %q, %v", first, err)
	}
	out.Close(patience)
}

// Bytes are taken back from a real file only if they are its last.
func TestRetract(t *testing.T) {
	for name, flags := range map[string]int{"appending": os.O_APPEND | os.O_WRONLY, "redirected": os.O_WRONLY} {
		path := filepath.Join(t.TempDir(), "log")
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		file, err := os.OpenFile(path, flags, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		_, _ = io.WriteString(file, "one\ntw")
		if !retract(file, 2) {
			t.Errorf("%s: nothing is taken back", name)
		}
		_, _ = io.WriteString(file, "three\nfo")
		other, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer other.Close()
		_, _ = io.WriteString(other, "another")
		if retract(file, 2) {
			t.Errorf("%s: another's bytes are taken away", name)
		}
		if content, _ := os.ReadFile(path); string(content) != "one\nthree\nfoanother" {
			t.Errorf("%s: the file has %q", name, content)
		}
	}
}
