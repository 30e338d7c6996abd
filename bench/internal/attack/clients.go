package attack

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"
)

// again is the least time between two requests of one client: what the server's
// `retry: 2000` tells an EventSource. Without it an answer that costs the server
// nothing would only make the attack faster, up to what a core can do, and the
// figures would be about the number of connections.
const again = 2 * time.Second

// repeat lets every client do something again and again, until ctx is done. They
// begin one after the other within that time: all at one moment would also hold
// up the client that is measured, which shares their core.
func (t *target) repeat(ctx context.Context, once func(context.Context)) {
	var clients sync.WaitGroup
	for i := range t.Clients {
		clients.Go(func() {
			next := time.NewTimer(again * time.Duration(i) / time.Duration(t.Clients))
			defer next.Stop()
			for {
				select {
				case <-next.C:
				case <-ctx.Done():
					return
				}
				next.Reset(again)
				once(ctx)
			}
		})
	}
	clients.Wait()
}

// do sends a request and reads the whole answer.
func (t *target) do(ctx context.Context, request *http.Request) {
	t.tally.request()
	response, err := t.client.Do(request.WithContext(ctx))
	if err == nil {
		t.tally.answer(response.StatusCode)
		_, err = io.Copy(io.Discard, response.Body)
		response.Body.Close()
	}
	if err != nil && ctx.Err() == nil {
		t.tally.cut(err)
	}
}

// post makes a POST /send.
func (t *target) post(body string) (*http.Request, error) {
	request, err := http.NewRequest(http.MethodPost, t.base+"/send", strings.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("attack: %w", err)
	}
	request.Header.Set("Content-Type", "application/json")
	return request, nil
}
