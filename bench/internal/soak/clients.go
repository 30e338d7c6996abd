package soak

import (
	"crypto/tls"
	"net"
	"net/http"
	"time"
)

// insecure accepts the certificate that the server made for itself. It is a new
// one each time: a transport writes its protocols into it.
func insecure() *tls.Config { return &tls.Config{InsecureSkipVerify: true} }

// clients are those of one server, one for each protocol.
type clients []*http.Client

func newClients(s *subject) clients {
	var one, two http.Protocols
	one.SetHTTP1(true)
	if s.tls {
		two.SetHTTP2(true)
	} else {
		two.SetUnencryptedHTTP2(true)
	}
	var all clients
	for _, protocols := range []*http.Protocols{&one, &two} {
		all = append(all, &http.Client{Transport: &http.Transport{
			TLSClientConfig: insecure(), Protocols: protocols, MaxIdleConnsPerHost: 20, DisableCompression: true,
		}})
	}
	return all
}

// leave closes the connections that nobody uses.
func (c clients) leave() {
	for _, client := range c {
		client.CloseIdleConnections()
	}
}

// dial connects without a client, for what a client does not do. The second
// connection is the TCP one below the first; without TLS they are the same.
func (s *subject) dial() (net.Conn, *net.TCPConn, error) {
	conn, err := net.DialTimeout("tcp", s.addr, 10*time.Second)
	if err != nil {
		return nil, nil, err
	}
	below := conn.(*net.TCPConn)
	if !s.tls {
		return conn, below, nil
	}
	return tls.Client(conn, insecure()), below, nil
}
