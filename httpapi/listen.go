package httpapi

import (
	"net"
	"net/http"
	"time"

	"sseserver/internal/logs"
)

// Limits on what a client can make net/http wait for or keep.
const (
	readTimeout     = 10 * time.Second // of a request, head and body
	answerTimeout   = time.Minute      // until a plain answer has been read
	idleTimeout     = 2 * time.Minute
	maxHeaderBytes  = 64 << 10
	maxHTTP2Streams = 1000 // of one connection
)

// HTTPServer returns the http.Server of the public listener: HTTP/1.1, and
// HTTP/2 without TLS by prior knowledge (RFC 9113 §3.3), on the same port.
//
// Its timeouts are those of plain answers. A stream lifts them, and each of its
// writes has its own.
func (s *Server) HTTPServer() *http.Server {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	protocols.SetUnencryptedHTTP2(true)
	return &http.Server{
		Handler:        s,
		Protocols:      protocols,
		HTTP2:          &http.HTTP2Config{MaxConcurrentStreams: maxHTTP2Streams, WriteByteTimeout: s.config.WriteTimeout},
		ReadTimeout:    readTimeout,
		WriteTimeout:   answerTimeout,
		IdleTimeout:    idleTimeout,
		MaxHeaderBytes: maxHeaderBytes,
		ErrorLog:       logs.StdLog(s.config.Logger),
		ConnState:      s.countConn,
	}
}

// countConn counts open connections. A hijacked one stays counted until its
// stream closes it.
func (s *Server) countConn(_ net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		s.conns.Add(1)
	case http.StateClosed:
		s.conns.Add(-1)
	}
}
