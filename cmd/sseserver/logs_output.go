package main

import (
	"context"
	"io"
	"os"
	"sync/atomic"
	"time"

	"sseserver/internal/logs/terminal"

	"golang.org/x/sys/unix"
	"golang.org/x/term"
)

// output is where a subcommand writes what it found. A write that fails ends the
// subcommand. One goroutine writes; leave may be called by any.
type output struct {
	io.Writer
	cancel context.CancelFunc
	gone   atomic.Bool // nobody reads it
	failed error       // of the last write that failed; the writing goroutine's
}

// Write implements io.Writer.
func (o *output) Write(p []byte) (int, error) {
	n, err := o.Writer.Write(p)
	if err != nil {
		o.failed = err
		o.leave()
	}
	return n, err
}

// leave ends the subcommand because nobody reads its output.
func (o *output) leave() {
	o.gone.Store(true)
	o.cancel()
}

// gonePoll is how long one look lasts whether the output is still read, in milliseconds.
const gonePoll = 500

// leaveWhenUnread ends the subcommand when nobody reads its output any more, even while
// it has nothing to write, as in `logs follow | head -1`. It returns when ctx has ended.
func (o *output) leaveWhenUnread(ctx context.Context) {
	pipe, ok := o.Writer.(*os.File)
	if !ok {
		return
	}
	// Without events to wait for, poll reports errors only, of which a file has none
	// (poll(2)). Ending ctx does not interrupt a poll, so each is short.
	watched := []unix.PollFd{{Fd: int32(pipe.Fd())}}
	for ctx.Err() == nil {
		if n, err := unix.Poll(watched, gonePoll); n > 0 && err == nil {
			o.leave()
			return
		}
	}
}

// style is how the output is laid out.
func (in inspection) style() terminal.Style {
	return terminal.Style{Width: in.width, Color: in.color, Zone: time.Local}
}

// terminalWidth returns how many characters a line of w has. It returns false if w is no
// terminal.
func terminalWidth(w any) (int, bool) {
	f, ok := w.(interface{ Fd() uintptr })
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return 0, false
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil || width <= 0 {
		width = 80
	}
	return width, true
}
