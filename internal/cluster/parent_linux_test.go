//go:build linux && !portable

package cluster_test

import (
	"bufio"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// Whatever ends the parent, its children end with it.
func TestParentKilled(t *testing.T) {
	cmd := exec.Command(os.Args[0], t.TempDir())
	cmd.Env = append(os.Environ(), beParent)
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	says, _ := bufio.NewReader(stdout).ReadString('\n')
	urls := strings.Fields(says)
	if len(urls) != 2 || !strings.Contains(says, "://") {
		t.Errorf("it says %q", says)
		urls = nil
	}
	var gone []<-chan struct{}
	for _, url := range urls {
		gone = append(gone, watch(t, url))
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	for _, ended := range gone {
		<-ended
	}
}
