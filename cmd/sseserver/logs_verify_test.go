package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"sseserver/httpapi/ssetest"
)

// The log of the whole program is proved, and a falsified one is not.
func TestLogsVerify(t *testing.T) {
	server := startServer(t)
	public := server.caller(t, ssetest.HTTP1)
	id := server.submit(t, "Hé")
	public.stream("/stream/" + id).WantOpening()
	stream := public.stream("/progress/"+id, "Last-Event-ID", "99")
	stream.WantOpening()
	stream.WantResumed(100, true)
	stream.WantPercent(100)
	stream.WantDone()
	public.want(404, "message_not_found", "GET", "/stream/none", "")
	server.stop(t)

	name := filepath.Join(t.TempDir(), "a.log")
	write := func(log []byte) {
		if err := os.WriteFile(name, log, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	log := server.log.bytes()
	write(log)
	code, out, errs := inspect(nil, "verify", name)
	if want := regexp.MustCompile(`^\d+ lines of 1 run, 2 streams opened and closed, 0 dropped: nothing is wrong\n$`); code != exitOK || !want.MatchString(out) || errs != "" {
		t.Errorf("verify: %d, %q, %q", code, out, errs)
	}
	code, out, _ = inspect(nil, "summary", name)
	if code != exitOK || !strings.Contains(out, "\nopened") || !strings.Contains(out, "stream.rejected message_not_found") {
		t.Errorf("summary: %d, %s", code, out)
	}

	write(bytes.ReplaceAll(log, []byte(`"total":100`), []byte(`"total":99`)))
	code, out, _ = inspect(nil, "verify", "--limit=1", name)
	if want := regexp.MustCompile(`^.*/a.log:\d+: its total is 99, and that of progress is 100\n   \{"seq":.*\n… and \d+ more problems?\n.*: \d problems\n$`); code != exitFailed || !want.MatchString(out) {
		t.Errorf("a falsified log: %d, %s", code, out)
	}
}
