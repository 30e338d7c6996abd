package main

import (
	"bytes"
	"net"
	"strings"
	"syscall"
	"testing"

	"sseserver/httpapi/ssetest"
	"sseserver/internal/jetstream/enginetest"

	"github.com/nats-io/nats-server/v2/server"
)

// wantExit runs the program with an engine that waiting does not heal: that is one
// line of the log, which shows no password, and exit code 1.
func wantExit(t *testing.T, why string, flags ...string) {
	t.Helper()
	var stdout bytes.Buffer
	log := newLogSink()
	code := run(process{args: append(flags, "--addr=127.0.0.1:0", "--admin-addr="), env: noEnv, stdout: &stdout, stderr: log})
	failed := log.named("http.server_error")
	if code != exitFailed || stdout.Len() > 0 || len(failed) != 1 || failed[0]["level"] != "error" || !strings.Contains(failed[0]["error"].(string), why) {
		t.Errorf("%v: exit code %d, said %q, logged %s; want %q", flags, code, &stdout, log.bytes(), why)
	}
	if bytes.Count(log.bytes(), []byte("\n")) != 2 || bytes.Contains(log.bytes(), []byte("secret")) {
		t.Errorf("%v: want server.starting, one more line, and no password: %s", flags, log.bytes())
	}
}

func TestEngineThatRefusesUs(t *testing.T) {
	engine := func(option func(*server.Options)) (url string) { return enginetest.Start(t, 1, option).URLs()[0] }
	protected := engine(func(o *server.Options) { o.Username, o.Password = "user", "right" })
	at := strings.TrimPrefix(protected, "nats://")
	wantExit(t, "cannot connect to NATS", "--nats=nats://user:secret@"+at)
	wantExit(t, "cannot connect to NATS", "--nats=nats://"+at)
	wantExit(t, "JetStream", "--nats="+engine(func(o *server.Options) { o.JetStream = false }))
	wantExit(t, "version 2.10.29", "--nats="+oldEngine(t))
	wantExit(t, "replicas", "--nats="+engine(func(*server.Options) {}), "--nats-replicas=3")
}

// oldEngine says that it is a NATS server that is too old, and nothing else.
func oldEngine(t *testing.T) (url string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func() { // until the listener is closed, with each connection
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			defer conn.Close()
			_, _ = conn.Write([]byte(`INFO {"server_id":"A","version":"2.10.29","proto":1,"headers":true,"max_payload":1048576,"jetstream":true}` + "\r\n"))
			_, _ = conn.Write([]byte("PONG\r\n"))
		}
	}()
	return "nats://" + listener.Addr().String()
}

// A server whose engine is not there starts, says so wherever it is asked, and is as
// any other once the engine has come.
func TestEngineThatComesLater(t *testing.T) {
	engine := enginetest.Start(t, 1)
	engine.Kill(0)
	url := strings.Replace(engine.URLs()[0], "://", "://user:secret@", 1) // which it does not ask for
	s := startServer(t, "--admin-addr=127.0.0.1:0", "--nats="+url)
	s.log.await("store.lost", 1)
	public, admin := s.caller(t, ssetest.HTTP1), s.caller(t, ssetest.HTTP1).at(s.admin)
	const unknown = "/5b0e2f0c-8a57-4a5e-9d0b-0d3f4a1c2b3e"
	public.want(503, "store unavailable\n", "GET", "/readyz", "")
	public.want(200, "ok\n", "GET", "/livez", "")
	admin.want(200, "\nsseserver_store_up 0\n", "GET", "/metrics", "")
	if err := checkHealth(t.Context(), "http", s.addr); err == nil || !strings.Contains(err.Error(), "store unavailable") {
		t.Errorf("the health check says %v", err)
	}
	public.want(503, "store_unavailable", "POST", "/send", `{"message":"Hi"}`, "Content-Type", asJSON)
	public.want(503, "store_unavailable", "POST", "/messages", "")
	public.want(503, "store_unavailable", "POST", "/messages"+unknown+"/chunks", "Hi", "Content-Type", "text/plain")
	public.want(503, "store_unavailable", "GET", "/messages"+unknown, "")
	public.want(503, "store_unavailable", "DELETE", "/messages"+unknown, "")
	header, _ := public.want(503, "store_unavailable", "GET", "/stream"+unknown, "")
	if header.Get("Retry-After") != "2" {
		t.Errorf("the header is %v", header)
	}
	chat := `{"model":"m","messages":[{"role":"user","content":"Hi"}]}`
	public.want(503, `"type":"server_error","param":null,"code":"store_unavailable"`, "POST", "/v1/chat/completions", chat, "Content-Type", asJSON)

	engine.Restart(0)
	restored := s.log.await("store.restored", 1)
	public.want(200, "ok\n", "GET", "/readyz", "")
	admin.want(200, "\nsseserver_store_up 1\n", "GET", "/metrics", "")
	public.stream("/stream/" + s.submit(t, "Hi")).WantOpening()
	public.want(404, "message_not_found", "GET", "/messages"+unknown, "")
	s.stop(t)
	lost := s.log.named("store.lost")
	if len(lost) != 1 || lost[0]["logger"] != "store" || lost[0]["level"] != "error" || lost[0]["error"] == "" || restored[0]["outage_ms"].(float64) <= 0 {
		t.Errorf("the log says %v and %v", lost, restored)
	}
	if bytes.Contains(s.log.bytes(), []byte("secret")) {
		t.Errorf("the log has the password: %s", s.log.bytes())
	}
}

// A server that loses its engine goes on with what it has, tells producers where they
// were, and goes on from there.
func TestEngineThatLeaves(t *testing.T) {
	engine := enginetest.Start(t, 1)
	s := startServer(t, "--nats="+engine.URLs()[0])
	public := s.caller(t, ssetest.HTTP1)
	complete := s.submit(t, "Hi")
	_, answer := public.want(201, `"state":"open"`, "POST", "/messages", `{"message":"é"}`, "Content-Type", asJSON)
	live := uuidIn.FindString(answer)
	reader := public.stream("/stream/" + live)
	reader.WantOpening()
	reader.WantChunk(0, "é")

	engine.Kill(0)
	s.log.await("store.lost", 1)
	public.want(503, "store unavailable\n", "GET", "/readyz", "")
	for _, path := range []string{"/chunks?position=1", "/complete"} {
		public.want(503, `"code":"store_unavailable","position":1,"bytes":2}`, "POST", "/messages/"+live+path, "b", "Content-Type", "text/plain")
	}
	public.want(503, "store_unavailable", "GET", "/stream/"+live, "")
	stream := public.stream("/stream/" + complete)
	stream.WantOpening()
	stream.WantText(0, "Hi")

	engine.Restart(0)
	s.log.await("store.restored", 1)
	public.want(200, appended(2, 3), "POST", "/messages/"+live+"/chunks?position=1&complete", "b", "Content-Type", "text/plain")
	reader.WantChunk(1, "b")
	reader.WantDone()
}

// What one node has stored others serve, and what one node was told lasts longer than
// the node.
func TestNodes(t *testing.T) {
	engine := enginetest.Start(t, 1).URLs()[0]
	a, b := startServer(t, "--drain=1h", "--nats="+engine), startServer(t, "--nats="+engine)
	onA, onB := a.caller(t, ssetest.HTTP1), b.caller(t, ssetest.HTTP1)

	id := a.submit(t, "Hé 👋🏽")
	stream := onB.stream("/stream/" + id)
	stream.WantOpening()
	stream.WantText(0, "Hé 👋🏽")
	onB.want(204, "", "DELETE", "/messages/"+id, "")
	onA.want(404, "message_not_found", "GET", "/stream/"+id, "")

	_, answer := onA.want(201, `"state":"open"`, "POST", "/messages", `{"message":"one "}`, "Content-Type", asJSON)
	id = uuidIn.FindString(answer)
	here, there := onA.stream("/stream/"+id), onB.stream("/stream/"+id)
	for _, reader := range []*ssetest.Stream{here, there} {
		reader.WantOpening()
		reader.WantChunk(0, "one ")
	}
	a.signals <- syscall.SIGTERM
	a.log.await("server.shutdown_started", 1)
	onA.want(200, appended(2, 8), "POST", "/messages/"+id+"/chunks?position=1", `{"chunk":"two "}`, "Content-Type", asJSON)
	there.WantChunk(1, "two ")
	onB.want(409, `"code":"position_mismatch","position":2,"bytes":8`, "POST", "/messages/"+id+"/chunks?position=1", `{"chunk":"2 "}`, "Content-Type", asJSON)
	onB.want(200, appended(3, 13), "POST", "/messages/"+id+"/chunks?position=2&complete", `{"chunk":"three"}`, "Content-Type", asJSON)
	for _, reader := range []*ssetest.Stream{here, there} {
		if reader == here {
			reader.WantChunk(1, "two ")
		}
		reader.WantChunk(2, "three")
		reader.WantDone()
	}
	a.wait(t)
	resumed := onB.stream("/stream/"+id, "Last-Event-ID", "1")
	resumed.WantOpening()
	resumed.WantResumed(2, true)
	resumed.WantChunk(2, "three")
	resumed.WantDone()
}

// What is said to a person tells where the messages are, and no password.
func TestAnnouncedStore(t *testing.T) {
	var c Config
	c.NATS, c.NATSStream, c.NATSReplicas = []string{"nats://user:secret@a", "nats://b"}, "mine", 1
	pr := &program{config: c}
	want := "Messages kept in     NATS JetStream, stream mine on 2 servers, 1 replica"
	if got := pr.storeLine(true); got != want+"\n" {
		t.Errorf("it says %q", got)
	}
	if got := pr.storeLine(false); got != want+"; it does not answer yet\n" {
		t.Errorf("it says %q", got)
	}
}
