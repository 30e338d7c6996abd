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
	"sseserver/internal/load/produce"
)

// submitters is how many messages are on their way to the server at a time. It
// is small, since the messages are not what is measured.
const submitters = 16

// submitter sends messages to POST /send, or opens live ones with
// POST /messages.
type submitter struct {
	config Config
	asking *requests
	client *http.Client
	path   string
	body   []byte
}

func newSubmitter(c Config, asking *requests) (*submitter, error) {
	s := &submitter{config: c, asking: asking, path: "/send", client: c.httpClient(submitters)}
	content := map[string]string{}
	if c.Live.On {
		s.path = "/messages"
	} else {
		content["message"] = c.Text()
	}
	var err error
	if s.body, err = json.Marshal(content); err != nil {
		return nil, fmt.Errorf("load: %w", err)
	}
	return s, nil
}

// all submits n messages, of the client with the given number and those after
// it, and returns their ids. A live message has a number of its own instead.
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

// submitTo submits a client's message to a server and returns its id.
func (s *submitter) submitTo(ctx context.Context, server, client int) (string, error) {
	who := asker{client: client, stream: client, row: s.config.row(client)}
	if s.config.Live.On {
		who = s.config.producerOf(client)
	}
	address := s.asking.address(who, server) + s.path
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
		return "", &notTaken{error: fmt.Errorf("cannot submit a message: %w", withAdvice(err))}
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, 64<<10))
	if err != nil {
		return "", &notTaken{error: fmt.Errorf("cannot submit a message: %w", err)}
	}
	if resp.StatusCode != http.StatusOK && resp.StatusCode != http.StatusCreated {
		err := fmt.Errorf("cannot submit a message: POST %s answered %s%s", Redacted(address), resp.Status, s.explained(resp, answer))
		if isUnavailable(resp.StatusCode) {
			return "", &notTaken{error: err, wait: produce.RetryAfter(resp.Header.Get("Retry-After"))}
		}
		return "", err
	}
	var accepted struct{ MessageID string }
	if err := json.Unmarshal(answer, &accepted); err != nil || accepted.MessageID == "" {
		return "", fmt.Errorf("cannot submit a message: POST %s did not answer with a messageId", Redacted(address))
	}
	return accepted.MessageID, nil
}

// explained is what a refusal says about itself (RFC 9457), or what to try if
// it is not from a server as in this project.
func (s *submitter) explained(resp *http.Response, body []byte) string {
	var problem struct{ Code, Detail string }
	if strings.HasPrefix(resp.Header.Get("Content-Type"), "application/problem+json") && json.Unmarshal(body, &problem) == nil {
		return fmt.Sprintf(" (%s: %s)", problem.Code, problem.Detail)
	}
	absent := resp.StatusCode == http.StatusNotFound || resp.StatusCode == http.StatusMethodNotAllowed
	switch {
	case absent && s.config.Live.On:
		return "; --live needs a server that has live messages"
	case absent:
		return "; for a server of another kind use --url with the address of an event stream"
	}
	if text := measure.OneLine(string(body[:min(len(body), 1<<10)])); text != "" {
		return ": " + text
	}
	return ""
}

// patience is how long a step before the run may take.
const patience = 10 * time.Second
