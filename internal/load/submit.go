package load

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"sseserver/internal/load/measure"
)

// submitters is how many messages are on their way to the server at a time. It
// is small, since the messages are not what is measured.
const submitters = 16

// submitter sends messages to POST /send.
type submitter struct {
	config Config
	asking *requests
	client *http.Client
	body   []byte
}

func newSubmitter(c Config, asking *requests) (*submitter, error) {
	body, err := json.Marshal(map[string]string{"message": c.Text()})
	if err != nil {
		return nil, fmt.Errorf("load: %w", err)
	}
	return &submitter{config: c, asking: asking, body: body, client: c.httpClient(submitters)}, nil
}

// all submits the messages of n clients, from the given one on, and returns
// their ids.
func (s *submitter) all(ctx context.Context, from, n int) ([]string, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	ids := make([]string, n)
	next := make(chan int) // no room: handed over as the submitters are free
	var running sync.WaitGroup
	for range min(submitters, n) {
		running.Go(func() {
			for i := range next {
				var err error
				if ids[i], err = s.one(ctx, from+i, (from+i)%len(s.config.Servers)); err != nil {
					cancel(err) // the first one is told, the others follow from it
				}
			}
		})
	}
	for i := range n {
		if ctx.Err() != nil {
			break
		}
		next <- i // received even after a failure, so this never blocks for good
	}
	close(next)
	running.Wait()
	return ids, context.Cause(ctx)
}

func (s *submitter) close() { s.client.CloseIdleConnections() }

// one submits a client's message to a server and returns its id.
func (s *submitter) one(ctx context.Context, client, server int) (string, error) {
	who := asker{client: client, stream: client, row: s.config.row(client)}
	address := s.asking.address(who, server) + "/send"
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(s.body))
	if err != nil {
		return "", fmt.Errorf("load: %w", err)
	}
	for name, values := range s.asking.header(who) {
		req.Header[name] = values
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := s.client.Do(req)
	if err != nil {
		return "", fmt.Errorf("cannot submit a message: %w", withAdvice(err))
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, 64<<10))
	if err != nil {
		return "", fmt.Errorf("cannot submit a message: %w", err)
	}
	if resp.StatusCode != http.StatusOK {
		return "", fmt.Errorf("cannot submit a message: POST %s answered %s%s", Redacted(address), resp.Status, explained(resp, answer))
	}
	var accepted struct{ MessageID string }
	if err := json.Unmarshal(answer, &accepted); err != nil || accepted.MessageID == "" {
		return "", fmt.Errorf("cannot submit a message: POST %s did not answer with a messageId", Redacted(address))
	}
	return accepted.MessageID, nil
}

// explained is what a refusal says about itself (RFC 9457), or what to try if
// it is not from a server as in this project.
func explained(resp *http.Response, body []byte) string {
	var problem struct{ Code, Detail string }
	if strings.HasPrefix(resp.Header.Get("Content-Type"), "application/problem+json") && json.Unmarshal(body, &problem) == nil {
		return fmt.Sprintf(" (%s: %s)", problem.Code, problem.Detail)
	}
	if resp.StatusCode == http.StatusNotFound || resp.StatusCode == http.StatusMethodNotAllowed {
		return "; for a server of another kind use --url with the address of an event stream"
	}
	if text := measure.OneLine(string(body[:min(len(body), 1<<10)])); text != "" {
		return ": " + text
	}
	return ""
}

// patience is how long a step before the run may take.
const patience = 10 * time.Second
