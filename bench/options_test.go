package main

import (
	"bytes"
	"strings"
	"testing"
)

func TestOnly(t *testing.T) {
	tests := []struct {
		only, scenarios, servers string
	}{
		{"", "main memory busy saturated many churn h2c", "floor sseserver nchan nchan10 gosse plain httpbin express"},
		{"busy,main", "main busy", "floor sseserver nchan nchan10 gosse plain httpbin express"},
		{"floor,nchan", "main memory busy saturated many churn h2c", "floor nchan"},
		{"sseserver,h2c", "h2c", "sseserver"},
	}
	for _, tt := range tests {
		var stderr bytes.Buffer
		o, err := parse([]string{"--only", tt.only}, &stderr)
		var scenarios, servers []string
		for _, s := range o.scenarios {
			scenarios = append(scenarios, s.Name)
		}
		for _, s := range o.servers {
			servers = append(servers, s.Name)
		}
		if err != nil || strings.Join(scenarios, " ") != tt.scenarios || strings.Join(servers, " ") != tt.servers {
			t.Errorf("--only %q: got %v, %v, %v", tt.only, scenarios, servers, err)
		}
	}
}

func TestBadOptions(t *testing.T) {
	for _, args := range []string{"--only nobody", "more", "--rounds -1", "--server-core 1", "--churn 1s", "--what"} {
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
