package main

import (
	"bytes"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sseserver/internal/logs/logstest"
	"sseserver/internal/tlscert/tlscerttest"
)

// tlsVersions are the versions of HTTP that are spoken over TLS, by the first
// digit.
var tlsVersions = []int{1, 2}

// tlsCaller asks a running program over TLS and that version of HTTP.
func (s *liveServer) tlsCaller(t *testing.T, version int) caller {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(version == 1)
	protocols.SetHTTP2(version == 2)
	client := &http.Client{Transport: &http.Transport{
		Protocols:       protocols,
		TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, // shownBy looks at certificates
	}}
	t.Cleanup(client.CloseIdleConnections)
	return caller{t, client, s.url}
}

// shownBy returns the fingerprint of the certificate that the server shows to its
// next client.
func (s *liveServer) shownBy(t *testing.T) string {
	t.Helper()
	conn, err := tls.Dial("tcp", s.addr, &tls.Config{InsecureSkipVerify: true})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	hash := sha256.Sum256(conn.ConnectionState().PeerCertificates[0].Raw)
	return hex.EncodeToString(hash[:])
}

// wantHealth runs the health check with the flags of the server.
func (s *liveServer) wantHealth(t *testing.T, code int, flags ...string) {
	t.Helper()
	var stderr bytes.Buffer
	got := run(process{args: append(flags, "healthcheck", "--addr", s.addr), env: noEnv, stderr: &stderr})
	if got != code || (stderr.Len() > 0) != (code != exitOK) {
		t.Errorf("healthcheck %s: exit code %d, want %d; it says %q", flags, got, code, &stderr)
	}
}

// The whole program over TLS, with a certificate of its own.
func TestTLS(t *testing.T) {
	wantNoLeaks(t)
	server := startServer(t, "--tls-self-signed", "--admin-addr=127.0.0.1:0")
	if want := "https://" + server.addr + "/index.html"; !strings.Contains(server.says, want) {
		t.Errorf("it says\n%swant %s", server.says, want)
	}
	fingerprint := server.shownBy(t)
	listening := server.log.named("server.listening")
	if listening[0]["fingerprint"] != fingerprint || listening[0]["urls"].([]any)[0] != server.url+"/index.html" {
		t.Errorf("the log says %v, want the certificate %s", listening[0], fingerprint)
	}
	if _, has := listening[1]["fingerprint"]; has || !strings.HasPrefix(server.admin, "http://") {
		t.Errorf("the log says of the admin listener %v, want no TLS", listening[1])
	}
	for _, version := range tlsVersions {
		public := server.tlsCaller(t, version)
		response := public.open("GET", "/index.html", "")
		response.Body.Close()
		if response.ProtoMajor != version {
			t.Errorf("HTTP/%d is answered as %s", version, response.Proto)
		}
		public.want(200, "<!doctype html>", "GET", "/", "")
		_, answer := public.want(200, `"messageId"`, "POST", "/send", `{"message":"Hé 👋🏽"}`, "Content-Type", asJSON)
		stream := public.stream("/stream/" + strings.Split(answer, `"`)[7])
		stream.WantOpening()
		stream.WantText(0, "Hé 👋🏽")
	}
	server.wantHealth(t, exitOK, "--tls-self-signed")
	server.wantHealth(t, exitOK, "--tls-cert=not-read", "--tls-key=not-read")
	server.wantHealth(t, exitFailed) // plain HTTP
}

// The fingerprint is said to a person who has to tell it from another.
func TestTLSSaysTheFingerprint(t *testing.T) {
	var stdout bytes.Buffer
	log := newLogSink()
	signals := make(chan os.Signal, 1)
	signals <- os.Interrupt
	if code := run(process{args: []string{"--tls-self-signed", "--addr=127.0.0.1:0", "--admin-addr="}, env: noEnv, stdout: &stdout, stderr: log, signals: signals}); code != exitOK {
		t.Fatalf("exit code %d: %s", code, log.bytes())
	}
	fingerprint := log.named("server.listening")[0]["fingerprint"].(string)
	if want := "\nCertificate SHA-256  " + fingerprint + "\n"; len(fingerprint) != 64 || !strings.HasSuffix(stdout.String(), want) {
		t.Errorf("it says\n%swant%s", &stdout, want)
	}
}

// Who forgets the s of https is told so.
func TestPlainHTTPOnTheTLSPort(t *testing.T) {
	wantNoLeaks(t)
	server := startServer(t, "--tls-self-signed")
	plain := caller{t, http.DefaultClient, "http://" + server.addr}
	plain.want(400, "Client sent an HTTP request to an HTTPS server.", "GET", "/", "")
	plain.want(400, "Client sent an HTTP request to an HTTPS server.", "POST", "/send", `{"message":"Hi"}`, "Content-Type", asJSON)
}

// A new certificate is shown without a restart. Where the files are bad the old one
// stays.
func TestTLSReload(t *testing.T) {
	wantNoLeaks(t)
	dir := t.TempDir()
	certFile, keyFile := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	first, second := tlscerttest.New(t), tlscerttest.New(t)
	first.Write(t, certFile, keyFile)
	server := startServer(t, "--tls-cert", certFile, "--tls-key", keyFile)
	want := func(pair tlscerttest.Pair, reloads int) {
		t.Helper()
		for range 2 {
			if got := server.shownBy(t); got != pair.Fingerprint {
				t.Errorf("the certificate is %s, want %s", got, pair.Fingerprint)
			}
		}
		if lines := server.log.await("tls.reloaded", reloads); len(lines) != reloads {
			t.Errorf("the log says %v, want %d lines", lines, reloads)
		}
	}
	want(first, 0)
	tlscerttest.Pair{Cert: second.Cert, Key: []byte("no key")}.Write(t, certFile, keyFile)
	want(first, 1)
	second.Write(t, certFile, keyFile)
	want(second, 2)
	server.wantHealth(t, exitOK, "--tls-cert", certFile, "--tls-key", keyFile)

	lines := server.log.named("tls.reloaded")
	bad, good := lines[0], lines[1]
	if bad["level"] != "error" || bad["fingerprint"] != first.Fingerprint || !strings.HasPrefix(bad["error"].(string), keyFile+": ") {
		t.Errorf("of the bad files the log says %v", bad)
	}
	if _, has := good["error"]; has || good["level"] != "info" || good["fingerprint"] != second.Fingerprint {
		t.Errorf("of the good files the log says %v", good)
	}
}

// A certificate that is of no use is one line, and exit code 2.
func TestBadCertificate(t *testing.T) {
	dir := t.TempDir()
	file := func(name string) string { return filepath.Join(dir, name) }
	good, other := tlscerttest.New(t), tlscerttest.New(t)
	good.Write(t, file("cert.pem"), file("key.pem"))
	other.Write(t, file("other-cert.pem"), file("other-key.pem"))
	tlscerttest.Valid(t, time.Unix(0, 0), time.Unix(1, 0)).Write(t, file("old-cert.pem"), file("old-key.pem"))
	tlscerttest.Valid(t, time.Now().Add(time.Hour), time.Now().Add(2*time.Hour)).Write(t, file("new-cert.pem"), file("new-key.pem"))
	tests := []struct {
		flags []string
		env   map[string]string
		key   string
		want  string
	}{
		{[]string{"--tls-cert", file("cert.pem"), "--tls-key", file("other-key.pem")}, nil, "--tls-key", file("other-key.pem") + ": not the key of the certificate in " + file("cert.pem")},
		{[]string{"--tls-cert", file("key.pem"), "--tls-key", file("key.pem")}, nil, "--tls-cert", "no certificate in PEM form"},
		{[]string{"--tls-cert", file("old-cert.pem"), "--tls-key", file("old-key.pem")}, nil, "--tls-cert", "expired at 1970-01-01T00:00:01Z"},
		{[]string{"--tls-cert", file("new-cert.pem"), "--tls-key", file("new-key.pem")}, nil, "--tls-cert", "is not valid before "},
		{[]string{"--tls-cert", file("none.pem"), "--tls-key", file("key.pem")}, nil, "--tls-cert", file("none.pem") + ": no such file or directory"},
		{[]string{"--tls-cert", file("cert.pem"), "--tls-key", file("none.pem")}, nil, "--tls-key", file("none.pem") + ": no such file or directory"},
		{[]string{"--tls-cert", dir, "--tls-key", file("key.pem")}, nil, "--tls-cert", dir + ": is a directory"},
		{[]string{"--tls-cert", file("cert.pem")}, map[string]string{"SSESERVER_TLS_KEY": file("none.pem")}, "SSESERVER_TLS_KEY", "no such file or directory"},
		{[]string{"--tls-cert", file("cert.pem")}, nil, "--tls-cert", "needs the private key's file in --tls-key"},
		{[]string{"--tls-key", file("key.pem")}, nil, "--tls-key", "needs the certificate's file in --tls-cert"},
		{[]string{"--tls-cert", file("cert.pem"), "--tls-key", file("key.pem"), "--tls-self-signed"}, nil, "--tls-self-signed", "excludes --tls-cert and --tls-key"},
		{[]string{"--tls-self-signed=perhaps"}, nil, "--tls-self-signed", "must be true or false, got 'perhaps'"},
	}
	for _, test := range tests {
		var stdout, stderr bytes.Buffer
		env := func(key string) (string, bool) { text, ok := test.env[key]; return text, ok }
		code := run(process{args: append(test.flags, "--log-format=json"), env: env, stdout: &stdout, stderr: &stderr})
		lines := logstest.CheckJSON(t, stderr.Bytes())
		if code != exitInvalid || len(lines) != 1 || lines[0].Event != "config.invalid" || lines[0].Fields["key"] != test.key ||
			!strings.Contains(lines[0].Fields["error"].(string), test.want) || stdout.Len() > 0 {
			t.Errorf("%s: exit code %d, logged %s\nwant %s to be blamed, with %q", test.flags, code, &stderr, test.key, test.want)
		}
	}
}
