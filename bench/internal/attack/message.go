package attack

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// envelope is a body of POST /send around its text.
const envelope = `{"message":""}`

// submit stores a text and returns the path of its stream.
func (t *target) submit(ctx context.Context, text string) (path string, err error) {
	request, err := t.post(strings.Replace(envelope, `""`, `"`+text+`"`, 1)) // nothing in it needs an escape
	if err != nil {
		return "", err
	}
	response, err := t.client.Do(request.WithContext(ctx))
	if err != nil {
		return "", fmt.Errorf("attack: submitting a message: %w", err)
	}
	defer response.Body.Close()
	var answer struct{ MessageID string }
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil || response.StatusCode != http.StatusOK {
		return "", fmt.Errorf("attack: submitting a message: %s, %w", response.Status, err)
	}
	return "/stream/" + answer.MessageID, nil
}

// word is a text whose body has the attack's size: one word, and ` a b c`.
func (a Attack) word() string {
	const rest = " a b c"
	return strings.Repeat("w", a.Body-len(envelope)-len(rest)) + rest
}
