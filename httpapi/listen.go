package httpapi

import (
	"net"
	"net/http"
	"time"

	"sseserver/internal/h2c"
	"sseserver/internal/logs"
)

// Limits on what a client can make the server wait for or keep.
const (
	readTimeout     = 10 * time.Second // of a request, head and body
	answerTimeout   = time.Minute      // until a plain answer has been read
	idleTimeout     = 2 * time.Minute
	maxHeaderBytes  = 64 << 10
	maxHTTP2Streams = 1000 // of one connection
)

// HTTPServer returns the http.Server of the public listener: HTTP/1.1, and
// HTTP/2 without TLS by prior knowledge (RFC 9113 §3.3), on the same port. The
// latter it hands to the Server, as a request that is the preface.
//
// Its timeouts are those of plain answers. A stream lifts them, and each of its
// writes has its own.
func (s *Server) HTTPServer() *http.Server {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	server := &http.Server{
		Handler:        s,
		Protocols:      protocols,
		ReadTimeout:    readTimeout,
		WriteTimeout:   answerTimeout,
		IdleTimeout:    idleTimeout,
		MaxHeaderBytes: maxHeaderBytes,
		ErrorLog:       logs.StdLog(s.config.Logger),
		ConnState:      s.countConn,
	}
	server.RegisterOnShutdown(s.waiting.closeSilent)
	return server
}

func (s *Server) http2Server() *h2c.Server {
	return h2c.New(h2c.Config{
		Handler:        s.handler,
		ErrorLog:       logs.StdLog(s.config.Logger),
		ConnState:      s.countConn,
		MaxHeaderBytes: maxHeaderBytes,
		MaxStreams:     maxHTTP2Streams,
		ReadTimeout:    readTimeout,
		AnswerTimeout:  answerTimeout,
		StallTimeout:   s.config.WriteTimeout,
		IdleTimeout:    idleTimeout,
	})
}

// countConn counts open connections. A hijacked one stays counted until its
// stream, or h2c.Server, has closed it. Near the limit, those that only wait
// make room for others.
func (s *Server) countConn(conn net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		s.conns.Add(1)
	case http.StateClosed:
		s.conns.Add(-1)
	}
	s.waiting.note(conn, state)
	if s.config.MaxConns <= 0 {
		return
	}
	// Before streams are refused: a connection that was closed here is still
	// counted for a moment.
	if room := s.config.MaxWaiting; s.conns.Load() > int64(s.config.MaxConns-room) {
		s.waiting.closeBeyond(room)
	}
}
