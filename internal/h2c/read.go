package h2c

import (
	"errors"
	"os"

	"golang.org/x/net/http2"
)

// readFrame reads a frame and does what it asks for. An error ends the
// connection.
func (c *conn) readFrame() error {
	header, err := c.framer.ReadFrameHeader()
	if err != nil {
		return err
	}
	frame, err := c.framer.ReadFrameForHeader(header)
	if err == nil {
		err = c.onFrame(frame)
	}
	var bad http2.StreamError
	if errors.As(err, &bad) {
		return c.onStreamError(header, bad)
	}
	return err
}

// readError gives an error of the framer the form that conn.end knows.
func readError(err error) error {
	switch {
	case errors.Is(err, http2.ErrFrameTooLarge):
		return http2.ConnectionError(http2.ErrCodeFrameSize)
	case errors.Is(err, os.ErrDeadlineExceeded):
		return errUnused
	default:
		return err
	}
}

// onFrame does what a frame asks for. The framer has checked its form.
func (c *conn) onFrame(frame http2.Frame) error {
	switch frame := frame.(type) {
	case *http2.MetaHeadersFrame:
		return c.onHeaders(frame)
	case *http2.RSTStreamFrame:
		return c.onReset(frame)
	case *http2.PriorityFrame:
		return selfDependent(frame.StreamID, frame.PriorityParam)
	case *http2.PushPromiseFrame: // RFC 9113 §8.4: a client cannot push
		return http2.ConnectionError(http2.ErrCodeProtocol)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	switch frame := frame.(type) {
	case *http2.DataFrame:
		return c.onData(frame)
	case *http2.WindowUpdateFrame:
		return c.onWindowUpdate(frame)
	case *http2.SettingsFrame:
		return c.onSettings(frame)
	case *http2.PingFrame:
		if !frame.IsAck() {
			_ = c.framer.WritePing(true, frame.Data)
		}
	}
	return nil // GOAWAY, and types to come (RFC 9113 §5.5)
}

// selfDependent is the one rule on priorities that is kept: a stream that
// depends on itself is an error (RFC 7540 §5.3.1), to those who still send them.
func selfDependent(id uint32, priority http2.PriorityParam) error {
	if priority.StreamDep == id {
		return http2.StreamError{StreamID: id, Code: http2.ErrCodeProtocol}
	}
	return nil
}

// known returns, under mu, the stream of this number, nil if it has ended. It is
// an error if it never began (RFC 9113 §5.1, "idle").
func (c *conn) known(id uint32) (*Stream, error) {
	s := c.streams[id]
	if s == nil && (id%2 == 0 || id > c.lastID && !c.goingAway) {
		return nil, http2.ConnectionError(http2.ErrCodeProtocol)
	}
	return s, nil
}

func (c *conn) onSettings(frame *http2.SettingsFrame) error {
	if frame.IsAck() {
		return nil
	}
	err := frame.ForeachSetting(func(setting http2.Setting) error {
		if err := setting.Valid(); err != nil {
			return err
		}
		if setting.ID == http2.SettingInitialWindowSize {
			return c.setInitialWindow(setting.Val)
		}
		return nil // of no use here: we push nothing, send short frames, and compress without a table
	})
	if err == nil {
		_ = c.framer.WriteSettingsAck()
		c.pump()
	}
	return err
}

// onReset ends a stream as the client wants it (RFC 9113 §6.4).
func (c *conn) onReset(frame *http2.RSTStreamFrame) error {
	c.mu.Lock()
	s, err := c.known(frame.StreamID)
	var told owner
	if s != nil {
		told = s.close(ErrGone)
	}
	c.mu.Unlock()
	told.tell(ErrGone)
	return err
}

// onStreamError resets the stream of a frame that breaks the rules (RFC 9113
// §5.4.2).
func (c *conn) onStreamError(header http2.FrameHeader, bad http2.StreamError) error {
	c.mu.Lock()
	if header.Type == http2.FrameHeaders && bad.StreamID%2 == 1 && !c.goingAway {
		c.lastID = max(c.lastID, bad.StreamID) // it began with this, to end at once
	}
	s, err := c.known(bad.StreamID)
	var told owner
	if err == nil {
		_ = c.framer.WriteRSTStream(bad.StreamID, bad.Code)
	}
	if s != nil {
		told = s.close(ErrGone)
	}
	c.mu.Unlock()
	told.tell(ErrGone)
	return err
}
