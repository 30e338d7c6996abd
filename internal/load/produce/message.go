package produce

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Server says how to reach one. It does not change, and any number of messages
// may share it.
type Server struct {
	URL    *url.URL    // below which /messages is
	Header http.Header // of every request

	// Dial makes a connection for HTTP/1.1. If it is nil, Client makes all
	// requests.
	Dial   func(context.Context) (net.Conn, error)
	Client *http.Client

	Patience time.Duration // for each answer
}

// Message is a live message with its one producer: one goroutine at a time may
// use it.
type Message struct {
	id     string
	server *Server
	path   string // of the message
	head   string // what follows the request line, in each request
	conn   *conn  // nil if there is none
}

// Message is the message with an id.
func (s *Server) Message(id string) *Message {
	m := &Message{id: id}
	m.MoveTo(s)
	return m
}

// MoveTo goes on with another server that has the message.
func (m *Message) MoveTo(s *Server) {
	m.Close()
	m.server, m.head = s, s.head()
	m.path = strings.TrimSuffix(s.URL.EscapedPath(), "/") + "/messages/" + url.PathEscape(m.id)
}

// Progress is how much of the message the server has.
type Progress struct{ Position, Bytes int64 }

// Standing asks how much the server has, by appending nothing. It also makes the
// connection.
func (m *Message) Standing(ctx context.Context) (Progress, error) {
	return m.append(ctx, "", nil)
}

// Append appends a chunk, which must need no escapes in JSON, to a message that
// has so many chunks before.
func (m *Message) Append(ctx context.Context, position int64, chunk []byte) (Progress, error) {
	return m.append(ctx, "?position="+strconv.FormatInt(position, 10), chunk)
}

func (m *Message) append(ctx context.Context, query string, chunk []byte) (Progress, error) {
	body := buffers.Get().(*[]byte)
	defer buffers.Put(body)
	*body = append((*body)[:0], `{"chunk":"`...)
	*body = append(*body, chunk...)
	*body = append(*body, `"}`...)
	return m.ask(ctx, "/chunks"+query, *body)
}

// Complete ends the message.
func (m *Message) Complete(ctx context.Context) error {
	_, err := m.ask(ctx, "/complete", nil)
	return err
}

// ask makes a request and understands its answer.
func (m *Message) ask(ctx context.Context, target string, body []byte) (Progress, error) {
	answer := buffers.Get().(*[]byte)
	defer buffers.Put(answer)
	exchange := m.exchange
	if m.server.Dial == nil {
		exchange = m.exchangeShared
	}
	r, err := exchange(ctx, target, body, answer)
	if err != nil {
		return Progress{}, err
	}
	return understand(r)
}

// Close gives the connection up, if there is one.
func (m *Message) Close() {
	if m.conn != nil {
		m.conn.close()
		m.conn = nil
	}
}
