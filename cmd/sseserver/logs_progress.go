package main

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// readingBar shows on a terminal how much of a log has been read: one line, which is
// removed at the end. One goroutine uses it.
type readingBar struct {
	out   io.Writer
	width int       // of the terminal, in characters
	start time.Time // of the reading
	shown time.Time // when it last changed; zero before it is shown
}

// After how long a bar is shown, and how often it changes.
const (
	barAfter = 500 * time.Millisecond
	barEvery = 100 * time.Millisecond
)

// newReadingBar returns a bar on out, nil if that is no terminal.
func newReadingBar(out io.Writer) *readingBar {
	width, ok := terminalWidth(out)
	if !ok {
		return nil
	}
	return &readingBar{out: out, width: width, start: time.Now()}
}

// show shows how many bytes of size were read; size is 0 if it is not known.
func (b *readingBar) show(read, size int64) { b.showAt(time.Now(), read, size) }

func (b *readingBar) showAt(now time.Time, read, size int64) {
	if now.Sub(b.start) < barAfter || now.Sub(b.shown) < barEvery {
		return
	}
	b.shown = now
	speed := float64(read) / now.Sub(b.start).Seconds()
	_, _ = fmt.Fprint(b.out, "\r\x1b[K"+barText(b.width, read, size, speed)) // nobody misses it
}

// end removes the bar.
func (b *readingBar) end() {
	if b != nil && !b.shown.IsZero() {
		_, _ = fmt.Fprint(b.out, "\r\x1b[K")
	}
}

// barText is what a terminal of this width shows.
//
//	reading [#########           ]  45 % of 10.0 GB, 350 MB/s
func barText(width int, read, size int64, speed float64) string {
	rate := fmt.Sprintf("%.0f MB/s", speed/1e6)
	if size <= 0 {
		return clipText(fmt.Sprintf("reading … %s, %s", sizeText(read), rate), width-1)
	}
	done := min(float64(read)/float64(size), 1)
	tail := fmt.Sprintf("] %3.0f %% of %s, %s", done*100, sizeText(size), rate)
	room := min(width-1-len("reading [")-len(tail), 40)
	if room < 5 {
		return clipText(fmt.Sprintf("%.0f %%", done*100), width-1)
	}
	full := int(done * float64(room))
	return "reading [" + strings.Repeat("#", full) + strings.Repeat(" ", room-full) + tail
}

// clipText cuts a text that is longer than so many characters.
func clipText(text string, most int) string {
	if runes := []rune(text); len(runes) > most {
		return string(runes[:max(most, 0)])
	}
	return text
}

// sizeText writes bytes in the unit that suits them: 10.0 GB.
func sizeText(n int64) string {
	switch {
	case n >= 1e9:
		return fmt.Sprintf("%.1f GB", float64(n)/1e9)
	case n >= 1e6:
		return fmt.Sprintf("%.1f MB", float64(n)/1e6)
	default:
		return fmt.Sprintf("%.0f kB", float64(n)/1e3)
	}
}
