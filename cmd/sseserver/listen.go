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
	scheme string // http or https
}

func listen(name, addr string, server *http.Server) (*listener, error) {
	config := listenConfig()
	open, err := config.Listen(context.Background(), "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("%s listener: %w", name, err)
	}
	scheme := "http"
	if server.TLSConfig != nil { // later net/http sets it for all
		scheme = "https"
	}
	return &listener{open, server, scheme}, nil
}

// serve accepts connections until the server is shut down.
func (l *listener) serve() error {
	serve := l.server.Serve
	if l.scheme == "https" {
		serve = func(l2 net.Listener) error { return l.server.ServeTLS(l2, "", "") } // the certificate is in its TLSConfig
	}
	if err := serve(l.Listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// url is where this machine reaches it.
func (l *listener) url() string { return l.scheme + "://" + reachable(l.Addr().String()) }
