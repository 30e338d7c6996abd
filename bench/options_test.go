package main

import (
	"bytes"
	"strings"
	"testing"

	"sseserver/bench/internal/field"
)

func TestOnly(t *testing.T) {
	const every = "main memory busy saturated growth churn fair live live-each live-pipe live-held chat cluster cluster-delivery cluster-stored cluster-live cluster-appends h2c"
	const all = "floor sseserver sseserver-live sseserver-chat nats nats-live nats-r3 nodes nchan nchan10 gosse plain httpbin express"
	tests := []struct {
		args, scenarios, servers string
	}{
		{"", every, all},
		{"--only busy,main", "main busy", strings.Replace(all, " sseserver-live sseserver-chat nats nats-live nats-r3 nodes", "", 1)},
		{"--only floor,nchan", "main memory busy saturated growth", "floor nchan"}, // nobody is left for the others
		{"--only growth", "growth", "floor sseserver nchan plain"},
		{"--only sseserver,h2c", "h2c", "sseserver"},
		{"--only cluster,cluster-live", "cluster cluster-live", "sseserver-live nats-live nats-r3 nodes"},
		{"--only chat", "chat", "sseserver-chat"},
		{"--only live,live-held", "live live-held", "sseserver sseserver-live"},
		{"--only churn,h2c --versus ..", "churn h2c", "sseserver before"},
		{"--only main,floor,before --versus ..", "main", "floor before"},
	}
	for _, tt := range tests {
		var stderr bytes.Buffer
		o, err := parse(strings.Fields(tt.args), &stderr)
		var scenarios []string
		for _, s := range o.scenarios {
			scenarios = append(scenarios, s.Name)
		}
		if got := strings.Join(scenarios, " "); err != nil || got != tt.scenarios || names(o.servers) != tt.servers {
			t.Errorf("%s: got %q, %q, %v", tt.args, got, names(o.servers), err)
		}
	}
}

func names(servers []field.Entry) string {
	var all []string
	for _, e := range servers {
		all = append(all, e.Name)
	}
	return strings.Join(all, " ")
}

func TestBadOptions(t *testing.T) {
	for _, args := range []string{"--only nobody", "more", "--rounds -1", "--server-core 1", "--churn 1s", "--what", "--versus /nowhere", "--only churn,floor", "--only before", "attack", "attack nobody http://127.0.0.1:1", "attack --what", "soak more", "soak --duration 0s", "soak --what"} {
		var stdout, stderr bytes.Buffer
		if code := bench(t.Context(), strings.Fields(args), &stdout, &stderr); code != exitUsage || stderr.Len() == 0 {
			t.Errorf("%s: exit code %d and %q, want %d and a word about it", args, code, &stderr, exitUsage)
		}
	}
}

func TestList(t *testing.T) {
	var stdout, stderr bytes.Buffer
	if code := bench(t.Context(), []string{"--list"}, &stdout, &stderr); code != exitOK || !strings.Contains(stdout.String(), "nginx + Nchan") {
		t.Errorf("exit code %d, %q, want the field", code, &stdout)
	}
}
