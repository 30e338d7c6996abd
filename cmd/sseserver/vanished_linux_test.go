//go:build linux && !portable

package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// A client that vanishes without a word is noticed within a minute, whatever its
// stream does and over all protocols. As that takes most of the minute, and needs
// the right to make a network, the test is one of .ci/run.
func TestVanishedClients(t *testing.T) {
	if os.Getenv("CI") == "" || os.Getuid() != 0 {
		t.Skip("takes a minute and needs root; it is run with CI=true")
	}
	t.Parallel()
	if !slices.Contains(os.Environ(), ownNetwork) {
		inOwnNetwork(t)
		return
	}
	there := newNetwork(t)
	var servers []*liveServer
	for _, flags := range [][]string{nil, {"--tls-self-signed"}} {
		server := startServer(t, append(flags, "--addr="+there.server+":0")...)
		servers = append(servers, server)
		for _, http2 := range []bool{false, true} {
			from := caller{t, there.client(t, http2), server.url}
			_, answer := from.want(200, "messageId", "POST", "/send", `{"message":"`+strings.Repeat("Hi ", 1000)+`"}`, "Content-Type", asJSON)
			path := "/stream/" + uuidIn.FindString(answer) + "?interval="
			from.stream(path + "1m").WantOpening() // nothing but heartbeats
			from.stream(path + "100ms").WantOpening()
		}
	}
	there.vanish(t)
	vanished, told := time.Now(), 0
	for _, server := range servers {
		for _, line := range server.log.await("stream.closed", 4) {
			// Where writes come to block, that may be noticed first.
			if reason := line["reason"]; reason != "client_gone" && (reason != "slow_client" || line["chunks"].(float64) < 10) {
				t.Errorf("the log says %v", line)
			}
			if line["vanished"] == true {
				told++
			} else if line["reason"] == "slow_client" {
				t.Errorf("the log does not say that the client vanished: %v", line)
			}
			t.Logf("%v chunks, %v ms in all: %v", line["chunks"], line["duration_ms"], line["reason"])
		}
	}
	// Why net/http gave up a connection, it does not tell.
	if told < 2 {
		t.Errorf("the log says of %d clients that they vanished, want both of HTTP/1.1 without TLS at least", told)
	}
	if took := time.Since(vanished); took > time.Minute {
		t.Errorf("the last was noticed after %v", took)
	}
}

// ownNetwork is the variable that tells the test binary that nothing else is in its network.
const ownNetwork = "SSESERVER_TEST_OWN_NETWORK=1"

// inOwnNetwork runs this test in a process that shares no network with others. Where a
// browser runs, a new address makes it break off what it loads (net::ERR_NETWORK_CHANGED).
func inOwnNetwork(t *testing.T) {
	t.Helper()
	test := exec.Command(os.Args[0], "-test.v", "-test.run=^"+t.Name()+"$")
	test.Env = append(os.Environ(), ownNetwork)
	test.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET, Pdeathsig: syscall.SIGKILL}
	said, err := test.CombinedOutput()
	if err != nil {
		t.Errorf("%v; the test says:\n%s", err, said)
	}
}

// network is one that clients have to themselves, with a cable to this one.
type network struct {
	name           string
	server, others string // the addresses of the two ends
}

func newNetwork(t *testing.T) network {
	t.Helper()
	n := network{fmt.Sprintf("sse%d", os.Getpid()), "198.18.111.1", "198.18.111.2"}
	ip(t, "netns add "+n.name)
	t.Cleanup(func() { ip(t, "netns del "+n.name) }) // and with it both ends
	ip(t, "link add "+n.name+" type veth peer name client netns "+n.name)
	ip(t, "addr add "+n.server+"/30 dev "+n.name)
	ip(t, "link set "+n.name+" up")
	ip(t, "-n "+n.name+" addr add "+n.others+"/30 dev client")
	ip(t, "-n "+n.name+" link set client up")
	return n
}

// vanish takes the clients' address away. What is sent to it gets no answer.
func (n network) vanish(t *testing.T) {
	t.Helper()
	ip(t, "-n "+n.name+" addr del "+n.others+"/30 dev client")
}

// ip runs the command of that name.
func ip(t *testing.T, args string) {
	t.Helper()
	if out, err := exec.Command("ip", strings.Fields(args)...).CombinedOutput(); err != nil {
		t.Fatalf("ip %s: %v, %s", args, err, out)
	}
}

// client returns one whose connections begin in the network.
func (n network) client(t *testing.T, http2 bool) *http.Client {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(!http2)
	protocols.SetHTTP2(http2)
	protocols.SetUnencryptedHTTP2(http2)
	transport := &http.Transport{
		Protocols: protocols, DialContext: n.dial, TLSClientConfig: &tls.Config{InsecureSkipVerify: true},
	}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

// dial is net.Dialer's, from inside the network.
func (n network) dial(ctx context.Context, kind, addr string) (conn net.Conn, err error) {
	dialed := make(chan struct{})
	go func() {
		defer close(dialed)
		runtime.LockOSThread() // and never back: the thread ends with this goroutine
		var space *os.File
		if space, err = os.Open("/run/netns/" + n.name); err != nil {
			return
		}
		defer space.Close()
		if err = unix.Setns(int(space.Fd()), unix.CLONE_NEWNET); err != nil {
			return
		}
		conn, err = new(net.Dialer).DialContext(ctx, kind, addr)
	}()
	<-dialed
	return conn, err
}
