package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
)

// Why a server does not show its log is said in one line, by all that ask for it.
func TestLogsRefused(t *testing.T) {
	tests := []struct {
		status int
		body   string
		want   string
	}{
		{http.StatusUnauthorized, `{"detail":"no"}`, "it needs its token: --admin-token, or SSESERVER_ADMIN_TOKEN"},
		{http.StatusNotFound, "", "it has no log to show: is it another program, or an older version?"},
		{http.StatusForbidden, `{"detail":"not \u001b[31mthis\u001b[0m host,\nnor \u202e"}`, `not \x1b[31mthis\x1b[0m host,\nnor \u202e`},
		{http.StatusBadGateway, "<html>", "it answers 502 Bad Gateway"},
	}
	for _, test := range tests {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Authorization") != "Bearer secret" {
				t.Errorf("%s asks with %v", r.URL, r.Header)
			}
			w.WriteHeader(test.status)
			_, _ = io.WriteString(w, test.body)
		}))
		for subcommand, before := range map[string]string{"failed": "no FILE is named, and the running server does not answer: ", "follow": ""} {
			code, _, errs := inspect(nil, subcommand, "--admin-token=secret", "--admin-addr="+server.URL)
			if want := "sseserver logs: " + before + server.URL + ": " + test.want + "\n"; code != exitFailed || errs != want {
				t.Errorf("%s, %d %s\n got %d, %q\nwant %q", subcommand, test.status, test.body, code, errs, want)
			}
		}
		server.Close()
	}
}
