package h2c

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// Why a stream ended before its response was complete, as its writes and those
// who took it over are told.
var (
	ErrGone    = errors.New("h2c: the client is gone")       // it reset the stream, or left
	ErrStalled = errors.New("h2c: the client does not read") // its connection took nothing for Config.StallTimeout
)

// errUnused ends a connection without a stream: the server is shut down, or
// there was none for Config.IdleTimeout.
var errUnused = errors.New("h2c: nobody uses the connection")

// conn is one connection.
type conn struct {
	// Immutable.
	server *Server
	socket net.Conn
	remote string // the client's address

	in     *bufio.Reader // the reading goroutine's
	framer *http2.Framer // its reading half, too; its writing half is guarded by mu

	handling sync.WaitGroup // the handlers
	writing  sync.WaitGroup // the goroutine that writes, if there is one

	mu        sync.Mutex // guards all below, and of each stream what it says
	ended     error      // why nothing more is sent; nil while the connection lives
	goingAway bool       // GOAWAY was sent: no further stream begins
	streams   map[uint32]*Stream
	lastID    uint32 // the highest of the client's streams so far
	handlers  uint32 // that run, those of streams that were reset meanwhile included
	receiving receiving
	sending   sending
	output    output
}

func newConn(server *Server, socket net.Conn, read []byte) *conn {
	c := &conn{
		server:    server,
		socket:    socket,
		remote:    socket.RemoteAddr().String(),
		in:        bufio.NewReaderSize(io.MultiReader(bytes.NewReader(read), socket), 1<<10),
		streams:   make(map[uint32]*Stream),
		receiving: newReceiving(),
		sending:   newSending(),
	}
	c.framer = http2.NewFramer(queueing{c}, c.in)
	c.framer.SetReuseFrames()
	c.framer.SetMaxReadFrameSize(maxFrame)
	c.framer.MaxHeaderListSize = server.config.MaxHeaderBytes
	c.framer.ReadMetaHeaders = hpack.NewDecoder(4096, nil) // the table's initial size, RFC 9113 §6.5.2
	return c
}

// serve is the life of the connection. It is the reading goroutine.
func (c *conn) serve() {
	err := c.begin()
	for err == nil {
		err = c.readFrame()
	}
	c.end(readError(err))
}

// begin exchanges the prefaces (RFC 9113 §3.4).
func (c *conn) begin() error {
	c.mu.Lock()
	c.server.config.ConnState(c.socket, http.StateIdle)
	_ = c.framer.WriteSettings(
		http2.Setting{ID: http2.SettingMaxConcurrentStreams, Val: c.server.config.MaxStreams},
		http2.Setting{ID: http2.SettingMaxHeaderListSize, Val: c.server.config.MaxHeaderBytes},
	)
	if !c.goingAway { // else it is to end now
		_ = c.socket.SetReadDeadline(time.Now().Add(c.server.config.ReadTimeout))
	}
	c.mu.Unlock()

	preface := make([]byte, len(restOfPreface))
	if _, err := io.ReadFull(c.in, preface); err != nil {
		return err
	}
	if string(preface) != restOfPreface {
		return http2.ConnectionError(http2.ErrCodeProtocol)
	}
	frame, err := c.framer.ReadFrame()
	if err != nil {
		return err
	}
	settings, ok := frame.(*http2.SettingsFrame)
	if !ok || settings.IsAck() {
		return http2.ConnectionError(http2.ErrCodeProtocol)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.rest()
	return c.onSettings(settings)
}

// rest is called, under mu, whenever there may be no stream any more. The
// deadline ends the connection, as reading fails then.
func (c *conn) rest() {
	switch {
	case len(c.streams) > 0:
	case c.goingAway:
		_ = c.socket.SetReadDeadline(time.Unix(1, 0))
	default:
		_ = c.socket.SetReadDeadline(time.Now().Add(c.server.config.IdleTimeout))
		c.server.config.ConnState(c.socket, http.StateIdle)
	}
}

// goAway ends the connection once the streams that it has are complete (RFC
// 9113 §6.8). A request that crosses this on the way is not looked at, which
// the client knows from the number of the last stream that was.
func (c *conn) goAway() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.goingAway && c.ended == nil {
		c.goingAway = true
		_ = c.framer.WriteGoAway(c.lastID, http2.ErrCodeNo, nil)
		c.rest()
	}
}

// end closes the connection, for which err is the reason, and its streams.
func (c *conn) end(err error) {
	c.mu.Lock()
	farewell := c.sayGoodbye(err)
	if c.ended == nil {
		c.ended = ErrGone
	}
	cause := c.ended
	var told []owner
	for _, s := range c.streams {
		told = append(told, s.close(cause))
	}
	c.mu.Unlock()
	for _, owner := range told {
		owner.tell(cause)
	}
	if farewell {
		c.linger()
	}
	c.close()
	c.writing.Wait()
	c.handling.Wait()
}

func (c *conn) close() {
	_ = c.socket.Close()
	c.server.config.ConnState(c.socket, http.StateClosed)
}

// sayGoodbye sends, under mu, the last GOAWAY, where the client is there to read
// it, and says whether it is.
func (c *conn) sayGoodbye(err error) bool {
	var broken http2.ConnectionError
	switch {
	case c.ended != nil:
		return false
	case errors.As(err, &broken):
		_ = c.framer.WriteGoAway(c.lastID, http2.ErrCode(broken), nil)
	case errors.Is(err, errUnused):
		if !c.goingAway {
			_ = c.framer.WriteGoAway(c.lastID, http2.ErrCodeNo, nil)
		}
	default:
		return false
	}
	return true
}

// lingerTimeout bounds how long a connection that is to end waits until the
// client has read what was sent.
const lingerTimeout = time.Second

// linger lets the client close first. A close with anything unread would reset
// the connection, and could take the last frames with it.
func (c *conn) linger() {
	giveUp := time.AfterFunc(lingerTimeout, func() { _ = c.socket.Close() })
	defer giveUp.Stop()
	c.writing.Wait()
	half, ok := c.socket.(interface{ CloseWrite() error })
	if ok && half.CloseWrite() == nil && c.socket.SetReadDeadline(time.Time{}) == nil {
		_, _ = io.Copy(io.Discard, c.socket)
	}
}
