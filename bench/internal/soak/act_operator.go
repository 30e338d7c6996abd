package soak

import (
	"context"
	"fmt"
	"net/http"
	"strings"
)

func rotate(ctx context.Context, h *hand) error { return h.rotate(ctx) }

func scrape(ctx context.Context, h *hand) error {
	_, err := h.look(ctx)
	return err
}

// flipLevel goes to debug and back. Above info the log would not have the lines
// that the ledger needs.
func flipLevel(ctx context.Context, h *hand) error {
	level := []string{"debug", "info"}[h.flips%2]
	h.flips++
	return h.setLevel(ctx, level)
}

func (s *subject) setLevel(ctx context.Context, level string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodPut, s.admin+"/debug/log-level", strings.NewReader("level="+level))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Close = true
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("level %s: %s", level, response.Status)
	}
	return nil
}
