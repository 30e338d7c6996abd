package lnav

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// program finds lnav. Without it the test is skipped, but where SSESERVER_REQUIRE_LNAV=1
// is set (as CI does) it fails.
func program(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("lnav")
	switch {
	case err == nil:
		return path
	case os.Getenv("SSESERVER_REQUIRE_LNAV") == "1":
		t.Fatal("there is no lnav, though SSESERVER_REQUIRE_LNAV=1 asks for it")
	}
	t.Skip("there is no lnav")
	return ""
}

// records are lines of a log: a life of a stream, and one line each of other levels.
const records = `{"seq":1,"level":"info","time":"2026-01-02T03:04:04.000000Z","logger":"server","msg":"starting","event":"server.starting","version":"v1","catalogue":2,"config":{"addr":"127.0.0.1:4400"}}
{"seq":2,"level":"warn","time":"2026-01-02T03:04:04.500000Z","logger":"server","msg":"log level changed","event":"log.level_changed","from":"info","to":"debug"}
{"seq":3,"level":"info","time":"2026-01-02T03:04:05.000000Z","logger":"httpapi","msg":"stream opened","event":"stream.opened","stream_id":"s1","message_id":"m1","kind":"characters","unit":"character","interval_ms":50,"last_event_id":"","first_position":0,"client.address":"127.0.0.1"}
{"seq":4,"level":"debug","time":"2026-01-02T03:04:05.100000Z","logger":"httpapi","msg":"chunk sent","event":"stream.chunk","stream_id":"s1","message_id":"m1","position":0,"bytes":90}
{"seq":5,"level":"error","time":"2026-01-02T03:04:06.250000Z","logger":"httpapi","msg":"stream closed","event":"stream.closed","stream_id":"s1","message_id":"m1","reason":"internal_error","chunks":1,"done":false,"bytes":90,"duration_ms":1250.5,"max_lag_ms":0.1,"resumed":false,"client.address":"127.0.0.1","kind":"characters","unit":"character","total":5,"last_position":0,"ttfc_ms":0.5,"error":"a fault"}
`

// The real lnav takes the format and knows by it the levels, the ids, the types and the tags.
func TestLoads(t *testing.T) {
	path, home := program(t), t.TempDir()
	for name, text := range map[string]string{"sseserver.json": string(made(t)), "server.log": records} {
		if err := os.WriteFile(filepath.Join(home, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	lnav := func(args ...string) string {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), path, args...)
		cmd.Dir, cmd.Env = home, []string{"HOME=" + home, "TERM=xterm", "TZ=UTC"}
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("lnav %q: %v\n%s", args, err, out)
		}
		return string(out)
	}
	lnav("-i", "sseserver.json")
	if complaints := lnav("-C"); strings.Contains(complaints, "error") {
		t.Errorf("lnav -C says %s", complaints)
	}
	query := `;SELECT log_level, log_opid, log_body, log_tags, event, duration_ms, chunks, "client.address", typeof(duration_ms) AS real, typeof(chunks) AS integer FROM sseserver_log ORDER BY log_line`
	var rows []map[string]any
	out := lnav("-n", "-c", query, "-c", ":write-json-to -", "server.log")
	if err := json.Unmarshal([]byte(out), &rows); err != nil || len(rows) != 5 {
		t.Fatalf("%v: lnav says %s", err, out)
	}
	levels := ""
	for _, row := range rows {
		levels += row["log_level"].(string) + " "
	}
	if levels != "info warning info debug error " {
		t.Errorf("levels %s", levels)
	}
	for key, want := range map[string]any{
		"log_opid": "s1", "log_body": "stream closed", "event": "stream.closed", "duration_ms": 1250.5, "chunks": 1, "client.address": "127.0.0.1",
		"real": "real", "integer": "integer",
	} {
		if got := rows[4][key]; fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s is %v, want %v", key, got, want)
		}
	}
	for i, want := range map[int]string{2: "#stream-start", 4: "#stream-stop"} {
		if got, _ := json.Marshal(rows[i]["log_tags"]); !strings.Contains(string(got), want) {
			t.Errorf("line %d has the tags %s, want %s", i+1, got, want)
		}
	}
	if got := strings.Split(lnav("-n", "server.log"), "\n")[2]; got != "2026-01-02T03:04:05.000 info    stream opened       127.0.0.1  s1 m1" {
		t.Errorf("it shows %q", got)
	}
}
