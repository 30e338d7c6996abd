//go:build unix

package main

import (
	"bufio"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"sseserver/internal/ports"
)

// startStuck runs the program with what it logs and says going where the test says,
// and waits until it serves at addr.
func startStuck(t *testing.T, stderr, stdout *os.File, flags ...string) (command *exec.Cmd, url string) {
	t.Helper()
	row, err := ports.Reserve(0, 1)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(row.Free)
	command = exec.Command(os.Args[0], append(flags, "--addr="+row.At(0), "--admin-addr=", "--log-level=debug")...)
	command.Env, command.Stderr, command.Stdout = asProgram(), stderr, stdout
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if command.ProcessState == nil {
			_ = command.Process.Kill()
			_ = command.Wait()
		}
	})
	url = "http://" + row.At(0)
	for {
		response, err := http.Get(url + "/livez")
		if err == nil {
			response.Body.Close()
			return command, url
		}
	}
}

// wantAnswers asks for what is not there, with a long name, so often that the lines
// of all requests fill a pipe many times over.
func wantAnswers(t *testing.T, url string) {
	t.Helper()
	for range 400 {
		response, err := http.Get(url + "/messages/" + strings.Repeat("x", 1000))
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
	}
}

// pipe returns both ends of a pipe.
func pipe(t *testing.T) (read, write *os.File) {
	t.Helper()
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { read.Close(); write.Close() })
	return read, write
}

// Nobody reads the log nor what the program says; it serves, and ends when it is
// told to.
func TestNobodyReads(t *testing.T) {
	_, stderr := pipe(t)
	_, stdout := pipe(t)
	for stdoutFull := false; !stdoutFull; {
		stdoutFull = !fill(t, stdout)
	}
	command, url := startStuck(t, stderr, stdout)
	wantAnswers(t, url)
	_ = command.Process.Signal(syscall.SIGHUP)
	_ = command.Process.Signal(syscall.SIGTERM)
	if err := command.Wait(); err != nil {
		t.Errorf("it ends with %v", err)
	}
}

// fill puts bytes into a pipe, and says whether there was room.
func fill(t *testing.T, to *os.File) bool {
	t.Helper()
	raw, err := to.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	wrote := false
	if err := raw.Control(func(fd uintptr) {
		_ = syscall.SetNonblock(int(fd), true)
		_, err := syscall.Write(int(fd), make([]byte, 4096))
		wrote = err == nil
		_ = syscall.SetNonblock(int(fd), false)
	}); err != nil {
		t.Fatal(err)
	}
	return wrote
}

// The readers of the log and of standard output go away; the program does not.
func TestReadersGoAway(t *testing.T) {
	logged, stderr := pipe(t)
	said, stdout := pipe(t)
	command, url := startStuck(t, stderr, stdout)
	stderr.Close()
	stdout.Close()
	if _, err := bufio.NewReader(logged).ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	logged.Close()
	said.Close()
	wantAnswers(t, url)
	_ = command.Process.Signal(syscall.SIGTERM)
	if err := command.Wait(); err != nil {
		t.Errorf("it ends with %v", err)
	}
}

// A log file that is a FIFO without a reader.
func TestLogFileIsAFIFO(t *testing.T) {
	path := filepath.Join(t.TempDir(), "fifo")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Skip("no FIFOs here: ", err)
	}
	command, url := startStuck(t, nil, nil, "--log-file="+path)
	wantAnswers(t, url)
	_ = command.Process.Signal(syscall.SIGTERM)
	if err := command.Wait(); err != nil {
		t.Errorf("it ends with %v", err)
	}
}
