package main

import (
	"bytes"
	"encoding/json"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"sseserver/httpapi/ssetest"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
)

// The whole program on both listeners, from its first words to its last.
func TestProgram(t *testing.T) {
	wantNoLeaks(t)
	server := startServer(t, "--admin-addr=127.0.0.1:0")
	want := "All pages            " + server.url + "/\nCharacter streaming  " + server.url + "/index.html\nProgress streaming   " + server.url + "/progress.html\n" +
		"Live messages        " + server.url + "/live.html\nChat                 " + server.url + "/chat.html\n" +
		"For operators        " + server.admin + "/\n"
	if server.says != want {
		t.Errorf("it says\n%swant\n%s", server.says, want)
	}
	for _, protocol := range ssetest.Cleartext {
		public := server.caller(t, protocol)
		for _, page := range []string{"/", "/index.html", "/progress.html", "/live.html", "/chat.html"} {
			public.want(200, "<!doctype html>", "GET", page, "")
		}
		public.want(200, "ok\n", "GET", "/livez", "")
		public.want(200, "ok\n", "GET", "/readyz", "")
		public.want(200, "openapi: 3.0.3", "GET", "/openapi.yaml", "")
		public.want(404, `"not_found"`, "GET", "/metrics", "") // not for everybody
		public.want(404, `"not_found"`, "GET", "/debug/pprof/", "")

		_, answer := public.want(200, `{"status":"ok","messageId":"`, "POST", "/send", `{"message":"Hé 👋🏽"}`, "Content-Type", "application/json")
		id := regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}`).FindString(answer)
		stream := public.stream("/stream/" + id)
		stream.WantOpening()
		stream.WantText(0, "Hé 👋🏽")
		stream = public.stream("/progress/"+id, "Last-Event-ID", "99")
		stream.WantOpening()
		stream.WantResumed(100, true)
		stream.WantPercent(100)
		stream.WantDone()
		public.want(204, "", "GET", "/stream/"+id, "", "Last-Event-ID", "end")
		public.want(200, `"total":4,"bytes":12,`, "GET", "/messages/"+id, "")
		public.want(204, "", "DELETE", "/messages/"+id, "")
		public.want(404, "message_not_found", "GET", "/stream/"+id, "")
	}
	wantAdmin(t, server)
	server.stop(t)
	wantLog(t, server)
}

// wantAdmin checks the other listener.
func wantAdmin(t *testing.T, server *liveServer) {
	t.Helper()
	admin := server.caller(t, ssetest.HTTP1).at(server.admin)
	admin.want(200, "<title>Overview · sseserver admin</title>", "GET", "/", "")
	admin.want(200, "heap profile", "GET", "/debug/pprof/heap?debug=1", "")
	admin.want(200, "goroutine", "GET", "/debug/pprof/", "")
	admin.want(404, "", "GET", "/send", "")

	_, metrics := admin.want(200, "sseserver_build_info{", "GET", "/metrics", "")
	for _, line := range []string{
		"sseserver_messages_submitted_total 2", "sseserver_messages_stored 0", `sseserver_streams_active{kind="characters"} 0`,
		`sseserver_streams_closed_total{kind="characters",reason="completed"} 2`, `sseserver_streams_opened_total{kind="progress",resumed="true"} 2`,
	} {
		if !strings.Contains(metrics, line+"\n") {
			t.Errorf("/metrics lacks %s", line)
		}
	}
	problems, err := promlint.New(strings.NewReader(metrics)).Lint()
	if err != nil || len(problems) > 0 {
		t.Errorf("promlint: %v, %v", problems, err)
	}

	admin.want(200, `{"level":"info"}`, "GET", "/debug/log-level", "")
	admin.want(200, `{"level":"debug"}`, "PUT", "/debug/log-level", `{"level":"debug"}`)
	admin.want(200, `{"level":"debug"}`, "GET", "/debug/log-level", "")
	admin.want(400, "invalid_parameter", "PUT", "/debug/log-level", `{"level":"loud"}`)
	admin.want(200, `{"level":"info"}`, "PUT", "/debug/log-level", `{"level":"info"}`)
	changed := server.log.await("log.level_changed", 2)
	if len(changed) != 2 || changed[0]["from"] != "info" || changed[0]["to"] != "debug" || changed[1]["to"] != "info" || changed[0]["logger"] != "log" {
		t.Errorf("the changes of the log level: %v", changed)
	}
}

// wantLog checks how the log of a whole run begins and ends. That each line is
// in the catalogue is checked of every run.
func wantLog(t *testing.T, server *liveServer) {
	t.Helper()
	var events []string
	for line := range bytes.Lines(server.log.bytes()) {
		var fields map[string]any
		if err := json.Unmarshal(line, &fields); err != nil {
			t.Fatal(err)
		}
		events = append(events, fields["event"].(string))
	}
	head, tail := "server.starting server.listening server.listening server.ready", "server.shutdown_started server.shutdown_completed"
	if all := strings.Join(events, " "); !strings.HasPrefix(all, head) || !strings.HasSuffix(all, tail) {
		t.Errorf("the log is %s\nwant it to begin with %s\nand to end with %s", all, head, tail)
	}
	for event, field := range map[string]string{"server.ready": "startup_ms", "server.shutdown_completed": "duration_ms"} {
		if ms := server.log.named(event)[0][field].(float64); ms <= 0 {
			t.Errorf("%s: %s is %v", event, field, ms)
		}
	}
	starting := server.log.named("server.starting")[0]
	if config := starting["config"].(map[string]any); config["interval"] != "2ms" || config["message-ttl"] != "1h" {
		t.Errorf("the log says of the settings %v", config)
	}
	if files, streams := starting["open_file_limit"].(float64), starting["stream_limit"].(float64); files < 100 || streams <= 0 || streams >= files {
		t.Errorf("the log says of the limits: %v open files, %v streams", files, streams)
	}
}

// SIGHUP opens the log file anew, after something has moved it away.
func TestReopen(t *testing.T) {
	wantNoLeaks(t)
	path := filepath.Join(t.TempDir(), "server.log")
	server := startServer(t, "--log-file="+path)
	server.submit(t, "before")
	if err := os.Rename(path, path+".1"); err != nil {
		t.Fatal(err)
	}
	server.submit(t, "between")
	server.signals <- syscall.SIGHUP
	for lines := []byte(nil); !bytes.Contains(lines, []byte("log.reopened")); lines, _ = os.ReadFile(path) { // until the signal was handled
		server.caller(t, ssetest.HTTP1).want(200, "ok", "GET", "/livez", "")
	}
	server.submit(t, "after")
	server.stop(t)
	old, _ := os.ReadFile(path + ".1")
	current, _ := os.ReadFile(path)
	submitted := []byte(`"event":"message.submitted"`)
	if n, m := bytes.Count(old, submitted), bytes.Count(current, submitted); n != 2 || m != 1 {
		t.Errorf("%d messages in the old file and %d in the new one, want 2 and 1", n, m)
	}
	if !bytes.Contains(current, []byte("log.reopened")) || !bytes.Contains(current, []byte("server.shutdown_completed")) {
		t.Errorf("the new file lacks the reopening or the end:\n%s", current)
	}
	if rest := server.log.bytes(); len(rest) > 0 {
		t.Errorf("standard error has %s", rest)
	}
}

// A port that is taken is one line of the log, and exit code 1.
func TestPortTaken(t *testing.T) {
	wantNoLeaks(t)
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	for _, flags := range [][]string{
		{"--addr=" + taken.Addr().String()},
		{"--addr=127.0.0.1:0", "--admin-addr=" + taken.Addr().String()},
	} {
		var stdout bytes.Buffer
		log := newLogSink()
		code := run(process{args: flags, env: noEnv, stdout: &stdout, stderr: log})
		failed := log.named("http.server_error")
		if code != exitFailed || stdout.Len() > 0 || len(failed) != 1 || failed[0]["level"] != "error" || !strings.Contains(failed[0]["error"].(string), "address already in use") {
			t.Errorf("%s: exit code %d, said %q, logged %s", flags, code, &stdout, log.bytes())
		}
	}
	// Who started it is told where the log is a file.
	var stdout, stderr bytes.Buffer
	flags := []string{"--addr=" + taken.Addr().String(), "--log-file=" + filepath.Join(t.TempDir(), "server.log")}
	code := run(process{args: flags, env: noEnv, stdout: &stdout, stderr: &stderr})
	if says := stderr.String(); code != exitFailed || !strings.HasPrefix(says, "sseserver: public listener: ") || strings.Count(says, "\n") != 1 {
		t.Errorf("exit code %d, said %q", code, says)
	}
}
