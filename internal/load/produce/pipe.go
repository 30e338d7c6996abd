package produce

import (
	"context"
	"errors"
	"io"
	"strconv"
	"time"
)

// Pipe appends what is written to it, as it arrives, in one request whose end
// completes the message. One goroutine may use it.
type Pipe struct {
	message *Message
	conn    *conn   // over HTTP/1.1
	shared  *shared // over the server's client
}

// shared is a pipe in a request of net/http.
type shared struct {
	*io.PipeWriter
	cancel context.CancelFunc
	result chan result // gets one
}

type result struct {
	Progress
	err error
}

// Pipe begins the request, for a message that has so many chunks before. Over
// HTTP/1.1 it has a connection of its own.
func (m *Message) Pipe(ctx context.Context, position int64) (*Pipe, error) {
	target := "/chunks?complete&position=" + strconv.FormatInt(position, 10)
	if m.server.Dial == nil {
		return m.pipeShared(ctx, target)
	}
	made, err := m.connect(ctx)
	if err != nil {
		return nil, err
	}
	head := append(m.begin(nil, target), "Content-Type: text/plain; charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n"...)
	p := &Pipe{message: m, conn: made}
	if err := p.send(head); err != nil {
		p.Close()
		return nil, err
	}
	return p, nil
}

func (m *Message) pipeShared(ctx context.Context, target string) (*Pipe, error) {
	ctx, cancel := context.WithCancel(ctx)
	in, out := io.Pipe()
	req, err := m.server.newRequest(ctx, m.path+target, "text/plain; charset=utf-8", in)
	if err != nil {
		cancel()
		return nil, err
	}
	s := &shared{PipeWriter: out, cancel: cancel, result: make(chan result, 1)}
	go func() { // ends with the request, which Finish or Close waits for
		r, err := m.server.do(req, new([]byte))
		var p Progress
		if err == nil {
			p, err = understand(r)
		}
		s.result <- result{p, err}
		_ = in.CloseWithError(errAnswered)
	}()
	return &Pipe{message: m, shared: s}, nil
}

// errAnswered is why nothing more can be written.
var errAnswered = errors.New("the server has answered before the end of the request")

// Write appends a chunk. If the server has answered, its answer is the error.
func (p *Pipe) Write(chunk []byte) error {
	if p.shared != nil {
		if _, err := p.shared.Write(chunk); err == nil {
			return nil
		}
		r := <-p.shared.result
		p.shared.result <- r // for Close
		return orAnswered(r.err)
	}
	out := buffers.Get().(*[]byte)
	defer buffers.Put(out)
	b := strconv.AppendInt((*out)[:0], int64(len(chunk)), 16)
	b = append(append(append(b, "\r\n"...), chunk...), "\r\n"...)
	*out = b
	return p.send(b)
}

func orAnswered(err error) error {
	if err == nil {
		return errAnswered
	}
	return err
}

// send writes to the connection. If that fails, the server may have said why.
func (p *Pipe) send(b []byte) error {
	_ = p.conn.SetWriteDeadline(time.Now().Add(p.message.server.Patience))
	_, err := p.conn.Write(b)
	if err == nil {
		return nil
	}
	if _, told := p.answer(); told != nil {
		if _, ok := errors.AsType[*Refusal](told); ok {
			return told
		}
	}
	return err
}

func (p *Pipe) answer() (Progress, error) {
	_ = p.conn.SetReadDeadline(time.Now().Add(p.message.server.Patience))
	answer := buffers.Get().(*[]byte)
	defer buffers.Put(answer)
	r, err := readResponse(p.conn, answer)
	if err != nil {
		return Progress{}, err
	}
	return understand(r)
}

// Finish ends the request and waits for its answer.
func (p *Pipe) Finish() (Progress, error) {
	defer p.Close()
	if p.shared != nil {
		_ = p.shared.PipeWriter.Close()
		timer := time.AfterFunc(p.message.server.Patience, p.shared.cancel)
		defer timer.Stop()
		r := <-p.shared.result
		p.shared.result <- r // for Close
		return r.Progress, r.err
	}
	if err := p.send([]byte("0\r\n\r\n")); err != nil {
		return Progress{}, err
	}
	return p.answer()
}

// Close gives the request up, unless it has ended. The message then stays open.
func (p *Pipe) Close() {
	if p.shared == nil {
		p.conn.close()
		return
	}
	p.shared.cancel()
	<-p.shared.result
	p.shared.result <- result{err: errAnswered} // it may be closed again
}
