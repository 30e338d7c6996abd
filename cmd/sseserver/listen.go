package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"
)

// listener is one open port and the server on it.
type listener struct {
	net.Listener
	server *http.Server
	scheme string // http or https
}

// keepAlive has a client that is silent asked whether it is still there, so that
// one that is not is noticed in less than a minute.
var keepAlive = net.KeepAliveConfig{Enable: true, Idle: 15 * time.Second, Interval: 5 * time.Second, Count: 3}

// listen opens a port. writeTimeout is for how long its clients may take nothing of
// what is sent to them.
func listen(name, addr string, server *http.Server, writeTimeout time.Duration) (*listener, error) {
	config := listenConfig(writeTimeout)
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
