package soak

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
)

// ask sends a request over a protocol of the hand's choice, and returns status
// and body.
func (h *hand) ask(ctx context.Context, method, path, contentType, body string) (status int, answer []byte, err error) {
	request, err := http.NewRequestWithContext(ctx, method, h.base()+path, strings.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	if contentType != "" {
		request.Header.Set("Content-Type", contentType)
	}
	response, err := h.clients[h.rng.IntN(len(h.clients))].Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer response.Body.Close()
	answer, err = io.ReadAll(response.Body)
	return response.StatusCode, answer, err
}

// want is an error unless the status is one of the wanted.
func want(what string, status int, answer []byte, wanted ...int) error {
	if slices.Contains(wanted, status) {
		return nil
	}
	return fmt.Errorf("%s: status %d, want %v: %s", what, status, wanted, answer)
}

const jsonType = "application/json"

// texts are what messages are made of.
var texts = []string{"letters ", "größer ", "👩‍👩‍👧‍👦 ", "e\u0301 ", "line\nbreak\r\n", "one-long-word"}

// message is a JSON body of up to 64 KiB, most of them short.
func (h *hand) message() string {
	length := 1 + h.rng.IntN(100)
	if h.rng.IntN(5) == 0 {
		length = 64 << 10
	}
	text := texts[h.rng.IntN(len(texts))]
	body, _ := json.Marshal(map[string]string{"message": strings.Repeat(text, length/len(text)+1)}) // strings cannot fail
	return string(body)
}

func submit(ctx context.Context, h *hand) error {
	id, err := h.submit(ctx, h.message())
	if err == nil && id != "" {
		h.world.add(id)
	}
	return err
}

// submit returns no id if there is no room for the message.
func (h *hand) submit(ctx context.Context, body string) (id string, err error) {
	status, answer, err := h.ask(ctx, http.MethodPost, "/send", jsonType, body)
	if err != nil {
		return "", err
	}
	if status == http.StatusServiceUnavailable {
		return "", nil
	}
	if err := want("submit", status, answer, http.StatusOK); err != nil {
		return "", err
	}
	var ok struct{ MessageID string }
	err = json.Unmarshal(answer, &ok)
	return ok.MessageID, err
}

// bad are bodies that are refused, with the status. A refusal may break the
// connection off while the body is on its way, so they are small.
var bad = []struct {
	contentType, body string
	status            int
}{
	{jsonType, `{`, 400},
	{jsonType, `{"message":""}`, 400},
	{jsonType, `{"message":7}`, 400},
	{jsonType, `[]`, 400},
	{jsonType, "{\"message\":\"\xff\"}", 400},
	{jsonType, "", 400},
	{"text/plain", `{"message":"x"}`, 415},
}

func submitBadly(ctx context.Context, h *hand) error {
	b := bad[h.rng.IntN(len(bad))]
	status, answer, err := h.ask(ctx, http.MethodPost, "/send", b.contentType, b.body)
	if err != nil {
		return err
	}
	return want(b.body, status, answer, b.status)
}

func remove(ctx context.Context, h *hand) error {
	status, answer, err := h.ask(ctx, http.MethodDelete, "/messages/"+h.some(), "", "")
	if err != nil {
		return err
	}
	return want("delete", status, answer, http.StatusNoContent)
}

// lookAround asks for all that is neither stream nor message.
func lookAround(ctx context.Context, h *hand) error {
	for _, one := range []struct {
		method, path string
		status       []int
	}{
		{http.MethodGet, "/messages/" + h.some(), []int{200, 404}},
		{http.MethodGet, "/readyz", []int{200}},
		{http.MethodGet, "/", []int{200}},
		{http.MethodGet, "/nothing", []int{404}},
		{http.MethodPut, "/send", []int{405}},
		{http.MethodHead, "/stream/" + h.some(), []int{200, 404}},
		{http.MethodGet, "/stream/" + h.some() + "?interval=never", []int{400, 404}},
	} {
		status, answer, err := h.ask(ctx, one.method, one.path, "", "")
		if err != nil {
			return err
		}
		if err := want(one.method+" "+one.path, status, answer, one.status...); err != nil {
			return err
		}
	}
	return nil
}
