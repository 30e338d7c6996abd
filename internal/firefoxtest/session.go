package firefoxtest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"
)

// session is the connection to a Firefox. Any goroutine may call its methods.
type session struct {
	socket *websocket.Conn
	ended  chan struct{} // closed when nothing more is read

	mu      sync.Mutex
	last    int                     // id of the last command
	waiting map[int]chan<- answer   // for the answer to a command; each has room for one
	windows map[string]func(Logged) // what a window, by its id, does with a line of its console
}

// answer is what Firefox says to a command, or by itself, as an event.
type answer struct {
	ID     int             `json:"id"`
	Type   string          `json:"type"` // "success", "error" or "event"
	Method string          `json:"method"`
	Params json.RawMessage `json:"params"` // of an event
	Result json.RawMessage `json:"result"`

	Error   string `json:"error"` // a word of the protocol
	Message string `json:"message"`
}

// errEnded is what commands answer when there is no Firefox any more.
var errEnded = errors.New("firefoxtest: Firefox has ended")

func connect(address string) (*session, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	socket, _, err := websocket.Dial(ctx, address+"/session", nil)
	if err != nil {
		return nil, err
	}
	socket.SetReadLimit(-1) // a screenshot is one message
	s := &session{
		socket: socket, ended: make(chan struct{}),
		waiting: make(map[int]chan<- answer), windows: make(map[string]func(Logged)),
	}
	go s.read() // ends with the connection, and close waits for it
	capabilities := object{"alwaysMatch": object{"acceptInsecureCerts": true}}
	if err := s.call(ctx, "session.new", object{"capabilities": capabilities}, nil); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

// object is one of JSON.
type object map[string]any

func (s *session) close() {
	_ = s.socket.CloseNow()
	<-s.ended
}

// call asks for something, and stores what it results in, unless result is nil.
func (s *session) call(ctx context.Context, method string, params, result any) error {
	id, reply := s.expect()
	defer s.forget(id)
	command := object{"id": id, "method": method, "params": params}
	// One asker who leaves does not end the connection of all.
	if err := wsjson.Write(context.WithoutCancel(ctx), s.socket, command); err != nil {
		return fmt.Errorf("firefoxtest: %s: %w", method, err)
	}
	select {
	case answer := <-reply:
		if answer.Type != "success" {
			return fmt.Errorf("firefoxtest: %s: %s: %s", method, answer.Error, answer.Message)
		}
		if result == nil {
			return nil
		}
		return json.Unmarshal(answer.Result, result)
	case <-s.ended:
		return errEnded
	case <-ctx.Done():
		return fmt.Errorf("firefoxtest: %s: %w", method, context.Cause(ctx))
	}
}

// expect answers the id of the next command, and where its answer will come.
func (s *session) expect() (id int, reply <-chan answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last++
	room := make(chan answer, 1) // for an asker who has left
	s.waiting[s.last] = room
	return s.last, room
}

func (s *session) forget(id int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.waiting, id)
}

func (s *session) read() {
	defer close(s.ended)
	for {
		var answer answer
		if err := wsjson.Read(context.Background(), s.socket, &answer); err != nil {
			return
		}
		if answer.Type == "event" {
			s.happened(answer)
			continue
		}
		s.mu.Lock()
		if reply := s.waiting[answer.ID]; reply != nil {
			reply <- answer
		}
		s.mu.Unlock()
	}
}

// happened gives a line of a console to its window. Other events are not asked for.
func (s *session) happened(event answer) {
	var line struct {
		Logged
		Source struct{ Context string }
	}
	if event.Method != "log.entryAdded" || json.Unmarshal(event.Params, &line) != nil {
		return
	}
	s.mu.Lock()
	logged := s.windows[line.Source.Context]
	s.mu.Unlock()
	if logged != nil {
		logged(line.Logged)
	}
}
