package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"testing"

	"sseserver/httpapi/ssetest"
)

// writer asks a running program over one protocol, and writes live messages.
type writer struct {
	caller
	server   *liveServer
	protocol ssetest.Protocol
}

// onEachProtocol runs a test for each protocol, with a server of its own.
func onEachProtocol(t *testing.T, flags []string, test func(t *testing.T, from writer)) {
	for _, protocol := range ssetest.Protocols {
		t.Run(string(protocol), func(t *testing.T) {
			wantNoLeaks(t)
			test(t, startWriter(t, protocol, flags...))
		})
	}
}

func startWriter(t *testing.T, protocol ssetest.Protocol, flags ...string) writer {
	t.Helper()
	isSecure := protocol == ssetest.HTTPS || protocol == ssetest.H2
	if isSecure {
		flags = append([]string{"--tls-self-signed"}, flags...)
	}
	server := startServer(t, flags...)
	if !isSecure {
		return writer{server.caller(t, protocol), server, protocol}
	}
	version := 1
	if protocol.IsHTTP2() {
		version = 2
	}
	return writer{server.tlsCaller(t, version), server, protocol}
}

// begin opens a live message and returns its id.
func (w writer) begin() (id string) {
	w.t.Helper()
	header, answer := w.want(201, `"state":"open"}`, "POST", "/messages", "")
	id = uuidIn.FindString(answer)
	if header.Get("Location") != "/messages/"+id {
		w.t.Errorf("Location %q of %s", header.Get("Location"), answer)
	}
	return id
}

// pipe begins to send the text of a message through curl.
func (w writer) pipe(id, query string) *curlPipe {
	w.t.Helper()
	return startPipe(w.t, w.protocol, w.base+"/messages/"+id+"/chunks"+query)
}

// status is what is told of a live message.
type status struct {
	State         string
	Chunks, Bytes int
	Total         *int
	ExpiresAt     *string
}

// status asks for what the message is now.
func (w writer) status(id string) (now status) {
	w.t.Helper()
	_, answer := w.want(200, id, "GET", "/messages/"+id, "")
	if err := json.Unmarshal([]byte(answer), &now); err != nil {
		w.t.Fatalf("%s: %v", answer, err)
	}
	if isOpen := now.State == "open"; isOpen != (now.Total == nil) || isOpen != (now.ExpiresAt == nil) {
		w.t.Errorf("%s", answer)
	}
	return now
}

// wantText wants a stream of the message to give all of text, and that it is then
// complete.
func (w writer) wantText(id, text string) {
	w.t.Helper()
	stream := w.stream("/stream/" + id)
	stream.WantOpening()
	stream.WantText(0, text)
}

// appendChunk appends to a message, and returns how many chunks it has then. Any
// goroutine may call it.
func (w writer) appendChunk(id, chunk string) (position int, err error) {
	body, err := json.Marshal(map[string]string{"chunk": chunk})
	if err != nil {
		return 0, err
	}
	response, err := w.client.Post(w.base+"/messages/"+id+"/chunks", asJSON, bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	var answer struct{ Position int }
	if err = json.NewDecoder(response.Body).Decode(&answer); err == nil && response.StatusCode != http.StatusOK {
		err = errors.New(response.Status)
	}
	return answer.Position, err
}
