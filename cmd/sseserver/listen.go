package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
)

// listener is one open port and the server on it.
type listener struct {
	net.Listener
	server *http.Server
}

func listen(name, addr string, server *http.Server) (*listener, error) {
	config := listenConfig()
	open, err := config.Listen(context.Background(), "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("%s listener: %w", name, err)
	}
	return &listener{open, server}, nil
}

// serve accepts connections until the server is shut down.
func (l *listener) serve() error {
	if err := l.server.Serve(l.Listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

func (l *listener) url() string { return "http://" + l.Addr().String() }
