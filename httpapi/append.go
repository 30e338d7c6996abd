package httpapi

import (
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"os"
	"runtime"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"sseserver/actors"
	"sseserver/broker"
	"sseserver/internal/answer"
	"sseserver/internal/logs"
)

// appendChunks answers POST /messages/{messageId}/chunks: it appends what the body
// brings, and may complete the message after that.
func (s *Server) appendChunks(w http.ResponseWriter, r *http.Request) {
	p := &producer{exchange: exchangeOf(w)}
	if err := p.appendBody(r); err != nil {
		p.reject(problemOf(err).about(p.message))
		return
	}
	runtime.Gosched() // streams that are due go first, with what was just appended
	answer.JSON(w, http.StatusOK, struct {
		Status   string `json:"status"`
		Position int    `json:"position"`
		Bytes    int    `json:"bytes"`
	}{"ok", p.message.Text.Count(actors.Appended), p.message.Text.Len()})
}

// producer is a request that appends to a live message.
type producer struct {
	*exchange
	messageID broker.MessageID
	at        int // chunks that there must be before the next one, or AtEnd
	completes bool

	message *broker.Message // as the broker has last told it; nil before
}

// appendBody does all that r asks for. All but the body is checked before the first
// byte of that is awaited: a client may ask whether to send it (RFC 9110 §10.1.1).
func (p *producer) appendBody(r *http.Request) (err error) {
	if p.messageID, err = messageIDOf(r); err != nil {
		return err
	}
	if err = p.readQuery(r); err != nil {
		return err
	}
	isText, err := carriesText(r)
	if err != nil {
		return err
	}
	if err = p.append(r.Context(), ""); err != nil {
		return err
	}
	if isText {
		err = p.appendText(r)
	} else {
		err = p.appendJSON(r)
	}
	if err != nil || !p.completes {
		return err
	}
	// The body was whole, so its sender does not have to wait for the answer.
	return p.complete(context.WithoutCancel(r.Context()))
}

// readQuery reads ?position=N and ?complete.
func (p *producer) readQuery(r *http.Request) error {
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return invalidParameter("", "the query is malformed: %v", err)
	}
	p.at = broker.AtEnd
	if query.Has("position") {
		position, ok := parsePosition(query.Get("position"))
		if !ok {
			return invalidParameter("position", "position must be a number of chunks, from 0").between("0", "")
		}
		p.at = position
	}
	switch value := query.Get("complete"); value {
	case "", "true":
		p.completes = query.Has("complete")
	case "false":
	default:
		return invalidParameter("complete", "complete must be true, false, or without a value")
	}
	return nil
}

// carriesText says whether the body of r is declared to be text, and not JSON.
// Nothing is text without a type.
func carriesText(r *http.Request) (bool, error) {
	if err := checkCoding(r.Header); err != nil {
		return false, err
	}
	if r.ContentLength == 0 {
		return true, nil
	}
	media, parameters, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	charset, has := parameters["charset"]
	switch {
	case err == nil && media == "application/json":
		return false, nil
	case err == nil && media == "text/plain" && (!has || strings.EqualFold(charset, "utf-8")):
		return true, nil
	}
	return false, unsupportedMediaType("the Content-Type must be text/plain, in UTF-8, or application/json")
}

// append appends one chunk; "" only checks whether that could be done.
func (p *producer) append(ctx context.Context, chunk string) error {
	message, err := p.server.config.Broker.Append(ctx, p.messageID, p.at, chunk)
	if message != nil {
		p.message = message
	}
	if err != nil || chunk == "" {
		return err
	}
	p.server.config.Metrics.ChunkAppended()
	if p.at != broker.AtEnd {
		p.at++
	}
	return nil
}

// look finds out what the message is by now: its other producers may have gone on
// while this one sent nothing, and it is told where to go on. The error is why it
// cannot.
func (p *producer) look() error {
	ctx := context.WithoutCancel(p.request.Context())
	message, err := p.server.config.Broker.Append(ctx, p.messageID, broker.AtEnd, "")
	if message != nil || errors.Is(err, broker.ErrNotFound) {
		p.message = message
	}
	return err
}

// appendJSON appends the chunk that the JSON in the body of r is.
func (p *producer) appendJSON(r *http.Request) error {
	content, done, err := p.readToParse(r, p.server.config.MaxMessageBytes)
	if err != nil {
		_ = p.look() // it goes on with err in any case
		return err
	}
	defer done() // appending it splits it, which takes about as long
	if !utf8.Valid(content) {
		return invalidText("the body is not valid UTF-8, and nothing of it was appended")
	}
	o, err := parseObject(content)
	if err != nil {
		return err
	}
	chunk, err := o.requiredText("chunk")
	if err != nil {
		return err
	}
	return p.append(r.Context(), chunk)
}

// appendText appends the text that the body of r is, as it arrives. It may take as
// long as it likes: it is the message that ends when its producers are silent.
func (p *producer) appendText(r *http.Request) error {
	if limit := p.server.config.MaxMessageBytes; r.ContentLength > limit-int64(p.message.Text.Len()) {
		return broker.ErrMessageTooLarge
	}
	if !hasBody(r) {
		return nil
	}
	defer p.lastWithMessage()()
	arrival := newArrival(r.Body, r.ContentLength, p.chargeBody)
	defer func() {
		if arrival.stop(p.wakeBody) {
			p.body.goOn()
		}
	}()
	// What has come is appended also if its sender has left since then.
	ctx := context.WithoutCancel(r.Context())
	for {
		piece, err := arrival.next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return p.brokenOff(err)
		}
		p.server.conns.touch(connectionOf(r).conn, 0)
		runtime.Gosched() // streams that are due go first
		if err := p.appendPiece(ctx, string(piece)); err != nil {
			return err
		}
	}
}

// appendPiece appends a piece when it is its turn.
func (p *producer) appendPiece(ctx context.Context, piece string) error {
	done, err := p.takeParser(ctx, len(piece))
	if err != nil {
		return err
	}
	defer done()
	return p.append(ctx, piece)
}

// lastWithMessage lets the body take as long as its message is open. After that it
// has the usual time to go on: many clients look for an answer only when they send,
// so that is when they should get it, and not when they are silent. undo ends that,
// and gives the client the usual time to read the answer.
func (p *producer) lastWithMessage() (undo func()) {
	p.body.endless = true
	control := http.NewResponseController(p.ResponseWriter)
	_ = control.SetReadDeadline(time.Time{}) // before the first read, so before a refusal sets one
	_ = control.SetWriteDeadline(time.Time{})
	ended, over := p.message.Done(), make(chan struct{})
	var watcher sync.WaitGroup
	watcher.Go(func() {
		select {
		case <-ended:
			_ = control.SetReadDeadline(time.Now().Add(readTimeout))
		case <-over:
		}
	})
	return func() {
		close(over)
		watcher.Wait()
		_ = control.SetWriteDeadline(time.Now().Add(answerTimeout))
	}
}

// wakeBody makes a read that waits for more of the body return.
func (x *exchange) wakeBody() {
	_ = http.NewResponseController(x.ResponseWriter).SetReadDeadline(time.Unix(1, 0))
}

// chargeBody asks the intake for more room for the body.
func (x *exchange) chargeBody(bytes int64) bool {
	return x.body.refused == nil || x.server.intake.charge(&x.body, bytes)
}

// brokenOff returns the *problem that a text has ended with err.
func (p *producer) brokenOff(err error) error {
	ended := p.look()
	switch {
	case p.body.isRefused():
		return p.refusal()
	case errors.Is(err, errNotText):
		return invalidText(`the text is not valid UTF-8; "bytes" is the offset of the bad byte in the message`)
	case errors.Is(err, os.ErrDeadlineExceeded) && p.message != nil && p.message.Reason == broker.ReasonProducerGone:
		return &problem{
			Status: http.StatusRequestTimeout, Code: logs.CodeRequestTimeout, Title: "Request timeout",
			Detail: "nothing has arrived from the producers of this message for too long (--producer-timeout), and it has failed",
		}
	case errors.Is(err, os.ErrDeadlineExceeded):
		return ended
	case p.request.Context().Err() != nil:
		return context.Canceled
	default:
		return invalidText("the body ended early")
	}
}
