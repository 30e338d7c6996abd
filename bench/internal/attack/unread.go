package attack

import (
	"context"
	"fmt"
	"net"
	"sync"
)

// unread lets clients ask for a stream of large events and never read.
func unread(ctx context.Context, t *target) error {
	path, err := t.submit(ctx, t.word())
	if err != nil {
		return err
	}
	var clients sync.WaitGroup
	for range t.Clients {
		clients.Go(func() {
			if err := t.ask(ctx, path+"?unit=word&interval=1ms"); err != nil && ctx.Err() == nil {
				t.tally.cut(err)
			}
		})
	}
	clients.Wait()
	return nil
}

// ask sends the request and keeps the connection until ctx is done.
func (t *target) ask(ctx context.Context, path string) error {
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", t.addr)
	if err != nil {
		return err
	}
	defer conn.Close()
	t.tally.request()
	if _, err := fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: %s\r\n\r\n", path, t.addr); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}
