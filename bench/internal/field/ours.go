package field

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"sseserver/bench/internal/host"
)

// ours is this repository's server, with its defaults: logs, metrics and all.
type ours struct {
	name     string // of the program
	checkout string // that it is built from; empty for this one
	isLive   bool   // it gets live messages, from its client
	isChat   bool   // it gets questions, from its client
}

func (o ours) Install(ctx context.Context, w *Workshop) (string, error) {
	checkout := cmp.Or(o.checkout, w.Repo)
	if _, err := w.Build(ctx, checkout, o.name, "./cmd/sseserver"); err != nil {
		return "", err
	}
	version, err := w.command(ctx, checkout, "git", "describe", "--always", "--dirty", "--tags")
	if err != nil {
		return "unknown", nil // not a clone
	}
	return version, nil
}

func (o ours) Start(ctx context.Context, w *Workshop, work Work) (*Running, error) {
	addr, err := host.FreeAddr()
	if err != nil {
		return nil, err
	}
	admin, err := host.FreeAddr()
	if err != nil {
		return nil, err
	}
	running, err := w.launch(ctx, addr, "", host.Command{Args: []string{w.path(o.name), "--addr", addr, "--admin-addr", admin}})
	if err != nil {
		return nil, err
	}
	running.Base, running.Admin = running.URL, "http://"+admin
	if running.IsLive = o.isLive; o.isLive {
		return running, nil
	}
	if running.IsChat = o.isChat; o.isChat {
		running.URL += "/v1/chat/completions"
		return running, nil
	}
	return running.submit(ctx, work)
}

// submit submits the message that is to be streamed, or stops what runs.
func (r *Running) submit(ctx context.Context, work Work) (*Running, error) {
	id, err := Submit(ctx, http.DefaultClient, r.Base, letters(events))
	if err != nil {
		r.Stop()
		return nil, err
	}
	r.URL = fmt.Sprintf("%s/stream/%s?interval=%s", r.Base, id, work.Interval)
	return r, nil
}

// letters is a message of n characters.
func letters(n int) string {
	const alphabet = "abcdefghijklmnopqrstuvwxyz"
	return strings.Repeat(alphabet, n/len(alphabet)+1)[:n]
}

// Submit sends a message to our server and returns its id.
func Submit(ctx context.Context, client *http.Client, base, message string) (id string, err error) {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	body, err := json.Marshal(map[string]string{"message": message})
	if err != nil {
		return "", fmt.Errorf("field: %w", err)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, base+"/send", bytes.NewReader(body))
	if err != nil {
		return "", fmt.Errorf("field: %w", err)
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := client.Do(request)
	if err != nil {
		return "", fmt.Errorf("field: submitting a message: %w", err)
	}
	defer response.Body.Close()
	var answer struct{ MessageID string }
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		return "", fmt.Errorf("field: submitting a message: %w", err)
	}
	if response.StatusCode != http.StatusOK || answer.MessageID == "" {
		return "", fmt.Errorf("field: submitting a message: status %s", response.Status)
	}
	return answer.MessageID, nil
}
