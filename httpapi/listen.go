package httpapi

import (
	"context"
	"net"
	"net/http"
	"time"

	"sseserver/internal/logs"
)

// Limits on what a client can make the server wait for or keep.
const (
	readTimeout     = 10 * time.Second // of a request, head and body
	answerTimeout   = time.Minute      // until a plain answer has been read
	idleTimeout     = 2 * time.Minute
	maxHeaderBytes  = 64 << 10
	maxHTTP2Streams = 1000             // of one connection
	maxHTTP2Body    = 1 << 20          // bytes of requests that one connection may send ahead
	pingAfter       = 15 * time.Second // of silence on a connection of HTTP/2
	pingTimeout     = 15 * time.Second
)

// HTTPServer returns the http.Server of the public listener: HTTP/1.1, and HTTP/2
// over TLS and, by prior knowledge (RFC 9113 §3.3), without, on the same port.
//
// Its timeouts are those of plain answers. A stream lifts them, and each of its
// writes has its own.
func (s *Server) HTTPServer() *http.Server {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	protocols.SetHTTP2(true)
	protocols.SetUnencryptedHTTP2(true)
	server := &http.Server{
		Handler:        s,
		Protocols:      protocols,
		HTTP2:          s.http2Config(),
		ReadTimeout:    readTimeout,
		WriteTimeout:   answerTimeout,
		IdleTimeout:    idleTimeout,
		MaxHeaderBytes: maxHeaderBytes,
		ErrorLog:       logs.StdLog(s.config.Logger),
		ConnState:      s.conns.note,
		ConnContext:    keepConnection,
	}
	server.RegisterOnShutdown(s.conns.closeSilent)
	return server
}

// connection is what a request can know of the connection that it came on.
type connection struct {
	conn      net.Conn
	serverCtx context.Context // ends with no connection
}

type connectionKey struct{}

// keepConnection makes a connection known to the requests on it.
func keepConnection(ctx context.Context, conn net.Conn) context.Context {
	return context.WithValue(ctx, connectionKey{}, connection{conn, ctx})
}

// connectionOf returns nothing for a request that was not served by HTTPServer.
func connectionOf(r *http.Request) connection {
	c, _ := r.Context().Value(connectionKey{}).(connection)
	return c
}

// http2Config tunes HTTP/2 for many streams that send and hardly receive.
func (s *Server) http2Config() *http.HTTP2Config {
	return &http.HTTP2Config{
		MaxConcurrentStreams:          maxHTTP2Streams,
		MaxReceiveBufferPerStream:     maxHTTP2Body,
		MaxReceiveBufferPerConnection: maxHTTP2Body,
		SendPingTimeout:               pingAfter,
		PingTimeout:                   pingTimeout,
		// Of a client that reads nothing of its whole connection. Where a stream
		// waits for it, that ends the connection before.
		WriteByteTimeout: s.config.WriteTimeout + blockedSlice,
	}
}
