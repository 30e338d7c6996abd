package main

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"sseserver/httpapi/ssetest"
)

// The admin listener needs TLS and a token only where others than this machine
// reach it.
func TestIsLoopback(t *testing.T) {
	for addr, want := range map[string]bool{
		"127.0.0.1:4401": true, "127.3.2.1:0": true, "[::1]:4401": true, "localhost:4401": true,
		":4401": false, "0.0.0.0:4401": false, "[::]:4401": false, "192.0.2.1:4401": false, "example.org:4401": false,
	} {
		if got := isLoopback(addr); got != want {
			t.Errorf("%s: %v, want %v", addr, got, want)
		}
	}
}

// The admin listener answers to the name that it was given, but not to the one of
// every interface, which web pages can ask for.
func TestAdminHosts(t *testing.T) {
	for addr, want := range map[string]string{
		"": "a", ":1": "a", "0.0.0.0:1": "a", "[::]:1": "a", "192.0.2.1:1": "192.0.2.1 a", "[2001:db8::1]:1": "2001:db8::1 a", "Admin.example:1": "admin.example a",
	} {
		c := Config{AdminAddr: addr, AdminHosts: []string{"a"}}
		if got := strings.Join(c.adminHosts(), " "); got != want {
			t.Errorf("%s: %s, want %s", addr, got, want)
		}
	}
}

// An admin listener that other machines can reach needs a token, and TLS if
// there is a certificate.
func TestAdminForOthers(t *testing.T) {
	wantNoLeaks(t)
	server := startServer(t, "--tls-self-signed", "--admin-addr=0.0.0.0:0", "--admin-token=let")
	if !strings.HasPrefix(server.admin, "https://") {
		t.Fatalf("the admin listener is %s", server.admin)
	}
	for _, version := range tlsVersions {
		admin := server.tlsCaller(t, version).at(server.admin)
		admin.want(401, `"unauthorized"`, "GET", "/metrics", "")
		admin.want(200, "sseserver_build_info", "GET", "/metrics", "", "Authorization", "Bearer let")
	}
	server.stop(t)
}

// Tokens are in no line of the log and in nothing that the program says, whether
// it takes them or not.
func TestTokensStaySecret(t *testing.T) {
	wantNoLeaks(t)
	const mine = "my-very-own-secret"
	server := startServer(t, "--admin-addr=127.0.0.1:0", "--log-level=debug", "--send-token="+mine+"1", "--admin-token", mine+"2")
	public := server.caller(t, ssetest.HTTP1)
	public.want(401, "unauthorized", "POST", "/send", `{"message":"Hi"}`, "Content-Type", asJSON, "Authorization", "Bearer "+mine+"2")
	public.want(200, "messageId", "POST", "/send", `{"message":"Hi"}`, "Content-Type", asJSON, "Authorization", "Bearer "+mine+"1")
	admin := public.at(server.admin)
	admin.want(401, "unauthorized", "GET", "/metrics", "", "Authorization", "Bearer "+mine+"1")
	for _, path := range []string{"/metrics", "/debug/pprof/", "/debug/pprof/goroutine?debug=1"} {
		if _, body := admin.want(200, "", "GET", path, "", "Authorization", "Bearer "+mine+"2"); strings.Contains(body, mine) {
			t.Errorf("%s shows a token", path)
		}
	}
	admin.want(404, "not_found", "GET", "/debug/pprof/cmdline", "", "Authorization", "Bearer "+mine+"2")
	server.stop(t)
	config := server.log.named("server.starting")[0]["config"].(map[string]any)
	if config["send-token"] != "***" || config["admin-token"] != "***" || bytes.Contains(server.log.bytes(), []byte(mine)) {
		t.Errorf("the log says %v, and has a token elsewhere: %v", config, bytes.Contains(server.log.bytes(), []byte(mine)))
	}
	for _, args := range [][]string{{"--send-token=" + mine + " x"}, {"--help"}, {"--send-tokn=" + mine}, {"--send-token", mine, "--interval=x"}, {"--admin-addr=:1", "--send-token", mine}} {
		var says bytes.Buffer
		env := func(name string) (string, bool) { return mine + " x", name == "SSESERVER_ADMIN_TOKEN" }
		code := run(process{args: args, env: env, stdout: &says, stderr: &says})
		if says.Len() == 0 || code != exitInvalid && !slices.Contains(args, "--help") || strings.Contains(says.String(), mine) {
			t.Errorf("%q: exit code %d, %s", args, code, &says)
		}
	}
}

// Who lets everybody write is told so, and nobody else.
func TestUnprotected(t *testing.T) {
	wantNoLeaks(t)
	for _, test := range []struct {
		flags  []string
		warned bool
	}{
		{nil, false},
		{[]string{"--addr=0.0.0.0:0"}, true},
		{[]string{"--addr=:0"}, true},
		{[]string{"--addr=0.0.0.0:0", "--send-token=x"}, false},
	} {
		server := startServer(t, test.flags...)
		warnings := server.log.named("server.unprotected")
		if (len(warnings) == 1) != test.warned {
			t.Errorf("%s: %v", test.flags, warnings)
		}
		server.stop(t)
	}
}

// Behind a trusted proxy the client is the one that it names, in every line.
func TestTrustedProxies(t *testing.T) {
	wantNoLeaks(t)
	for flag, want := range map[string]string{"": "127.0.0.1", "127.0.0.0/8,::1": "192.0.2.7", "192.0.2.0/24": "127.0.0.1"} {
		server := startServer(t, "--trusted-proxies="+flag)
		id := server.submit(t, "Hi")
		stream := server.caller(t, ssetest.HTTP1).stream("/stream/"+id, "X-Forwarded-For", "198.51.100.1, 192.0.2.7")
		stream.WantOpening()
		stream.WantText(0, "Hi")
		server.log.await("stream.closed", 1)
		opened := server.log.named("stream.opened")[0]
		requests := server.log.named("http.request")
		last := requests[len(requests)-1]
		if opened["client.address"] != want || last["client.address"] != want {
			t.Errorf("%q: the stream's client is %v, the request's %v; want %s", flag, opened["client.address"], last["client.address"], want)
		}
		server.stop(t)
	}
}
