package load

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"sseserver/internal/ports"
)

const (
	nginxProgram = "/usr/sbin/nginx"
	nchanModule  = "/usr/lib/nginx/modules/ngx_nchan_module.so"
)

// nchanConfig is that of a hub with one channel, which keeps what was published
// for those who come back. The parameters are the module and the port.
const nchanConfig = `load_module %s;
daemon off;
worker_processes 1;
pid nginx.pid;
error_log stderr notice;
events { worker_connections 1000; }
http {
	access_log off;
	client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
	server {
		listen 127.0.0.1:%d;
		location = /sub {
			nchan_subscriber eventsource;
			nchan_channel_id c;
			nchan_subscriber_first_message newest;
		}
		location = /pub {
			nchan_publisher;
			nchan_channel_id c;
			nchan_message_buffer_length 1000;
			nchan_message_timeout 60s;
		}
	}
}
`

// nchan is nginx with Nchan, a hub that people use.
type nchan struct {
	url    string
	master *os.Process
}

// startNchan starts it, to end with the test. Where there is none the test is
// skipped, but with SSESERVER_REQUIRE_NCHAN=1 (as CI does) it fails.
func startNchan(t *testing.T) *nchan {
	t.Helper()
	for _, file := range []string{nginxProgram, nchanModule} {
		if _, err := os.Stat(file); err != nil {
			if os.Getenv("SSESERVER_REQUIRE_NCHAN") == "1" {
				t.Fatalf("%v, though SSESERVER_REQUIRE_NCHAN=1 asks for it", err)
			}
			t.Skip(err)
		}
	}
	row, err := ports.Reserve(0, 1)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(row.Free)
	dir := t.TempDir()
	config := filepath.Join(dir, "nginx.conf")
	text := fmt.Sprintf(nchanConfig, nchanModule, row.First)
	if os.Getuid() == 0 { // its workers would change to a user that cannot write here
		text = "user root;\n" + text
	}
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(nginxProgram, "-p", dir, "-e", "stderr", "-c", config)
	log, err := cmd.StderrPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	n := &nchan{url: "http://" + row.At(0), master: cmd.Process}
	started, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		follow(bufio.NewScanner(log), started)
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		<-ended
		_ = cmd.Wait()
	})
	select {
	case <-started:
	case <-ended:
		t.Fatal("nginx did not start")
	}
	return n
}

// follow reads the log to its end, and tells when the hub takes requests.
func follow(log *bufio.Scanner, started chan<- struct{}) {
	for waiting := true; log.Scan(); {
		if waiting && strings.Contains(log.Text(), "start worker process ") {
			close(started)
			waiting = false
		}
	}
}

// publishToNchan publishes 100 times to 50 clients.
func publishToNchan(n *nchan) Config {
	return Config{
		URLs: []string{n.url + "/sub"}, Clients: 50, Ramp: 200, Duration: 2 * time.Second, Drain: time.Minute,
		Publish: Publish{URL: n.url + "/pub", Body: `{"n":{n}}`, Rate: 50},
	}
}

// A hub that people use delivers all that is published. On a loaded machine
// some client may open after the first publication, which it is then not owed.
func TestNchan(t *testing.T) {
	t.Parallel()
	result := mustRun(t, publishToNchan(startNchan(t)))
	got := result.Tally.Counts
	if got.Published != 100 || got.Delivered < 50 || got.Delivered > 5000 || len(result.Tally.Errors) > 0 ||
		got.Lost+got.Duplicate+got.Corrupt+got.Early+got.Truncated+got.Reconnects > 0 || got.Reordered > 0 && got.Overlapping == 0 {
		t.Errorf("errors %v, %+v", result.Tally.Errors, got)
	}
}

// When it reloads its configuration, Nchan ends all streams and forgets what it
// kept, and numbers the rest of that second from 0 again. So a client that
// resumes misses as many publications as the second had before; seldom is that
// none. It is told. A publication that is sent as nginx closes the connection
// has no answer, and may be lost, too.
func TestNchanReloads(t *testing.T) {
	t.Parallel()
	n := startNchan(t)
	c := publishToNchan(n)
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	var opened uint64
	reload := sync.OnceFunc(func() { _ = n.master.Signal(syscall.SIGHUP) })
	result, err := Run(ctx, c, Watch{Tick: func(tick Tick) {
		if opened += tick.Of.Opened; opened >= 50 {
			reload()
		}
		if opened >= 100 { // all have come again; on a loaded machine not all is published by then
			interrupt()
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	got := result.Tally.Counts
	t.Logf("%d delivered, %d lost", got.Delivered, got.Lost)
	unanswered, errors := got.Unpublished, result.Tally.Errors
	if got.Published+unanswered != 100 || got.Published == 0 || errors["publish_broken"]+errors["publish_unsent"]+errors["publish_unanswered"] != unanswered ||
		got.Reconnects < 50 || got.Ended < 50 || got.Duplicate > 0 ||
		got.ResumedWrong == 0 && got.Lost > 50*unanswered || got.ResumedWrong > 0 && got.Lost == 0 {
		t.Errorf("errors %v, %+v", errors, got)
	}
}
