package client

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// program is the server, as TestMain builds it.
var program string

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	scratch, err := os.MkdirTemp("", "client")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(scratch)
	program = filepath.Join(scratch, "sseserver")
	build := exec.Command("go", "build", "-C", "../..", "-o", program, "./cmd/sseserver")
	build.Stdout, build.Stderr = os.Stdout, os.Stderr
	if err := build.Run(); err != nil {
		panic(err)
	}
	return m.Run()
}

// start runs the program until the end of the test, and returns its address.
func start(t *testing.T, flags ...string) (url string) {
	t.Helper()
	server := exec.Command(program, append([]string{"--addr=127.0.0.1:0", "--admin-addr="}, flags...)...)
	stdout, err := server.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = server.Process.Kill()
		_ = server.Wait()
	})
	says, err := bufio.NewReader(stdout).ReadString('\n')
	_, address, ok := strings.Cut(says, "://")
	if err != nil || !ok {
		t.Fatalf("it says %q, %v", says, err)
	}
	go io.Copy(io.Discard, stdout) // ends with the process
	address, _, _ = strings.Cut(address, "/")
	if strings.Contains(says, "https://") {
		return "https://" + address
	}
	return "http://" + address
}
