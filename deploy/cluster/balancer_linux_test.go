package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"sseserver/httpapi/ssetest"
	"sseserver/internal/cluster"
)

// patience is how long a cluster may take to start. Nothing is measured by it.
const patience = 3 * time.Minute

// balanced is a cluster whose nodes are set up as those of compose.yaml, behind
// haproxy with the configuration of its load balancer.
type balanced struct {
	*cluster.Cluster
	t      *testing.T
	url    string
	said   *bufio.Scanner // of haproxy
	client *http.Client   // at another address than the nodes and haproxy
}

func startBalanced(t *testing.T) *balanced {
	t.Helper()
	if _, err := exec.LookPath("haproxy"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	dir := t.TempDir()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	env := append(compose(t).environment("node-1"), "SSESERVER_TRUSTED_PROXIES=127.0.0.1")
	c, err := cluster.Start(ctx, cluster.Config{
		Dir: dir, Engines: 1,
		Server: cluster.Program{Path: buildServer(t), Env: env},
		Engine: cluster.Program{Path: os.Args[0], Args: []string{engineArg}, Env: []string{beProgram}},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Kill)
	dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 2)}}
	client := &http.Client{Transport: &http.Transport{DialContext: dialer.DialContext}}
	t.Cleanup(client.CloseIdleConnections)
	b := &balanced{Cluster: c, t: t, client: client}
	b.startHAProxy(dir)
	return b
}

// environment is that of a service.
func (c composition) environment(service string) (env []string) {
	for name, value := range c.Services[service].Environment {
		env = append(env, name+"="+value)
	}
	return env
}

// startHAProxy starts it with a socket that listens already, so that clients need
// not wait for it.
func (b *balanced) startHAProxy(dir string) {
	b.t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.t.Fatal(err)
	}
	defer listener.Close()
	socket, err := listener.(*net.TCPListener).File()
	if err != nil {
		b.t.Fatal(err)
	}
	defer socket.Close()
	b.url = "http://" + listener.Addr().String()
	here := []string{"bind :4400\n", "bind fd@3\n", "check inter 1s", "check inter 100ms"} // nobody waits for it here
	for i, node := range b.Nodes {
		here = append(here, fmt.Sprintf(" node-%d:4400", i+1), " "+strings.TrimPrefix(node.URL, "http://"))
	}
	path := filepath.Join(dir, "haproxy.cfg")
	if err := os.WriteFile(path, []byte(strings.NewReplacer(here...).Replace(read(b.t, "haproxy.cfg"))), 0o600); err != nil {
		b.t.Fatal(err)
	}
	haproxy := exec.Command("haproxy", "-db", "-f", path)
	haproxy.ExtraFiles = []*os.File{socket}                                // 3 there
	haproxy.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} // whatever ends the test
	output, err := haproxy.StdoutPipe()
	if err != nil {
		b.t.Fatal(err)
	}
	haproxy.Stderr = haproxy.Stdout
	if err := haproxy.Start(); err != nil {
		b.t.Fatal(err)
	}
	b.said = bufio.NewScanner(output)
	b.t.Cleanup(func() {
		_ = haproxy.Process.Kill()
		_ = haproxy.Wait()
	})
}

// await waits until haproxy has said something.
func (b *balanced) await(text string) {
	b.t.Helper()
	for b.said.Scan() {
		if strings.Contains(b.said.Text(), text) {
			return
		}
	}
	b.t.Fatalf("haproxy does not say %q", text)
}

// ask sends a request through haproxy. A producer has its token; all say that they
// are somebody else.
func (b *balanced) ask(method, path string, body io.Reader, header ...string) (*http.Response, error) {
	request, err := http.NewRequestWithContext(b.t.Context(), method, b.url+path, body)
	if err != nil {
		return nil, err
	}
	request.Header.Set("X-Forwarded-For", "203.0.113.9")
	request.Header.Set("Authorization", "Bearer "+secrets["SSESERVER_SEND_TOKEN"])
	request.Header.Set("Content-Type", "text/plain")
	for i := 0; i < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	return b.client.Do(request)
}

// want sends a request and wants a status. It returns the head and the body.
func (b *balanced) want(status int, method, path, body string, header ...string) (http.Header, string) {
	b.t.Helper()
	response, err := b.ask(method, path, strings.NewReader(body), header...)
	if err != nil {
		b.t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != status {
		b.t.Fatalf("%s %s is answered with %s, %s, %v; want %d", method, path, response.Status, text, err, status)
	}
	return response.Header, string(text)
}

// stream opens one through haproxy.
func (b *balanced) stream(path string, header ...string) *ssetest.Stream {
	b.t.Helper()
	response, err := b.ask("GET", path, nil, header...)
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { _ = response.Body.Close() })
	stream := ssetest.Read(b.t, response)
	stream.WantOpening()
	return stream
}

// serving is the node that has the stream of a message.
func (b *balanced) serving(message string) *cluster.Member {
	b.t.Helper()
	for _, node := range b.Nodes {
		if _, answer := get(b.t, node.URL+message); strings.Contains(answer, `"activeStreams":1`) {
			return node
		}
	}
	b.t.Fatal("no node has the stream")
	return nil
}

// Streams and pipes pass through the load balancer as they come, and a node that is
// killed is not asked again.
func TestBalancer(t *testing.T) {
	t.Parallel()
	b := startBalanced(t)
	b.want(http.StatusUnauthorized, "POST", "/messages", "", "Authorization", "Bearer wrong")
	head, _ := b.want(http.StatusCreated, "POST", "/messages", "")
	message := head.Get("Location")
	path := strings.Replace(message, "messages", "stream", 1)
	stream := b.stream(path)
	b.pipe(message, stream)

	serving := b.serving(message)
	serving.Kill()
	if event, err := stream.Next(); err == nil {
		t.Errorf("after the death of its node, the stream has %v", event)
	}
	for range 20 { // whichever node is asked first
		b.want(http.StatusOK, "POST", "/send", `{"message":"Hi"}`, "Content-Type", "application/json")
	}
	stream = b.stream(path, "Last-Event-ID", "1")
	stream.WantResumed(2, true)
	stream.WantChunk(2, "comes")
	b.want(http.StatusOK, "POST", message+"/complete", "")
	stream.WantDone()
	if log := read(t, serving.Log); !strings.Contains(log, `"client.address":"127.0.0.2"`) || strings.Contains(log, "203.0.113.9") {
		t.Errorf("the node has other clients: %s", log)
	}
	if err := serving.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.await("Server nodes/" + serving.Name + " is UP")

	// Without their NATS server, the nodes answer for themselves.
	b.Engines[0].Kill()
	b.await("Running on backup")
	head, answer := b.want(http.StatusServiceUnavailable, "GET", "/messages/00000000-0000-4000-8000-000000000000", "")
	if !strings.Contains(answer, `"store_unavailable"`) || head.Get("Retry-After") == "" {
		t.Errorf("the answer is %v, %s", head, answer)
	}
	stream = b.stream(path) // of what one of them has
	stream.WantText(0, "as it comes")
}

// pipe appends to a message while a stream reads it.
func (b *balanced) pipe(message string, stream *ssetest.Stream) {
	b.t.Helper()
	body, text := io.Pipe()
	var posting sync.WaitGroup
	posting.Go(func() {
		response, err := b.ask("POST", message+"/chunks", body)
		if err != nil {
			b.t.Error(err)
			return
		}
		defer response.Body.Close()
		if response.StatusCode != http.StatusOK {
			b.t.Errorf("the pipe is answered with %s", response.Status)
		}
	})
	defer posting.Wait()
	defer text.Close()
	for i, chunk := range []string{"as ", "it ", "comes"} {
		_, _ = io.WriteString(text, chunk)
		stream.WantChunk(i, chunk)
	}
}
