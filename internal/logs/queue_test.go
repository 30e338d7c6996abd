package logs

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap/zapcore"
)

// patience is for what takes no time where all is well.
const patience = time.Minute

// stuck is a pipe that nobody reads, until it is read.
type stuck struct {
	read chan struct{} // closed when someone reads
	buf  bytes.Buffer
}

func (s *stuck) Write(p []byte) (int, error) {
	<-s.read
	return s.buf.Write(p)
}

// open opens a log on w that the test closes.
func open(t *testing.T, c Config) *Output {
	t.Helper()
	out, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// story writes the numbers, events and counts of a log, and how often the same
// event came in a row.
func story(t *testing.T, log string) string {
	t.Helper()
	var told []string
	times, event := 0, ""
	end := func() {
		if times > 0 {
			told = append(told, fmt.Sprintf("%d %s", times, event))
		}
		times = 0
	}
	for text := range strings.Lines(log) {
		var line struct {
			Event, Logger string
			Seq, Count    int
		}
		if err := json.Unmarshal([]byte(text), &line); err != nil {
			t.Fatalf("%v in %q", err, text)
		}
		if line.Logger == "log" {
			end()
			told = append(told, fmt.Sprintf("#%d %s(%d)", line.Seq, line.Event, line.Count))
			continue
		}
		if line.Event != event {
			end()
		}
		times, event = times+1, line.Event
	}
	end()
	return strings.Join(told, ", ")
}

// Who logs never waits. What does not fit is counted, and told where it would
// stand.
func TestALogThatNobodyReads(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pipe := &stuck{read: make(chan struct{})}
		var written, lost int
		out := open(t, Config{Stderr: pipe, OnLine: func(zapcore.Level) { written++ }, OnDrop: func() { lost++ }})
		const all = 50_000
		for range all {
			ServerReady.Log(out.Logger, StartupMS(0))
		}
		if out.Dropped() != lost || lost == 0 || lost+written != all || out.queue.size() > maxQueued {
			t.Errorf("%d lines written, %d lost, %d reported, %d bytes queued", written, lost, out.Dropped(), out.queue.size())
		}
		kept := written
		close(pipe.read)
		synctest.Wait()
		ServerReady.Log(out.Logger, StartupMS(0))
		out.Close(patience)
		want := fmt.Sprintf("%d server.ready, #%d log.entries_dropped(%d), #%d log.recovered(%d), 1 server.ready", kept, all+1, lost, all+2, lost)
		if got := story(t, pipe.buf.String()); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		if out.Dropped() != 0 || written != kept+3 {
			t.Errorf("%d lines missing, %d written, want 0 and %d", out.Dropped(), written, kept+3)
		}
	})
}

// The end waits for a log that nobody reads, but not for ever.
func TestCloseOfAStuckLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pipe := &stuck{read: make(chan struct{})}
		out := open(t, Config{Stderr: pipe})
		ServerReady.Log(out.Logger, StartupMS(0))
		start := time.Now()
		out.Close(time.Second)
		if took := time.Since(start); took != time.Second {
			t.Errorf("it waits for %v, want 1s", took)
		}
		close(pipe.read)
		<-out.queue.done
	})
}

// full is a disk with room for so many bytes, and a file on it.
type full struct {
	mu      sync.Mutex
	room    int
	content []byte
	others  bool // someone else appends
}

var errFull = errors.New("no space left on device")

func (f *full) Write(p []byte) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := min(len(p), f.room-len(f.content))
	f.content = append(f.content, p[:n]...)
	if n < len(p) {
		return n, errFull
	}
	return n, nil
}

func (f *full) Seek(offset int64, whence int) (int64, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if whence == 0 {
		return offset, nil
	}
	return int64(len(f.content)), nil
}

func (f *full) Truncate(size int64) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.content = f.content[:size]
	return nil
}

func (f *full) Stat() (fs.FileInfo, error) { return about{f}, nil }

func (f *full) text() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return string(f.content)
}

type about struct{ *full }

func (a about) Name() string       { return "" }
func (a about) Mode() fs.FileMode  { return 0 }
func (a about) ModTime() time.Time { return time.Time{} }
func (a about) IsDir() bool        { return false }
func (a about) Sys() any           { return nil }
func (a about) Size() int64 {
	if a.others {
		return int64(len(a.content)) + 1
	}
	return int64(len(a.content))
}

// A full disk never leaves half a line, and nothing is lost that could wait.
func TestAFullDisk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		disk := &full{room: 10_000}
		out := open(t, Config{Stderr: disk})
		for range 200 {
			ServerReady.Log(out.Logger, StartupMS(0))
			time.Sleep(pause)
			synctest.Wait()
			if text := disk.text(); !strings.HasSuffix(text, "}\n") {
				t.Fatalf("the file ends with %q", text[max(0, len(text)-50):])
			}
		}
		if got := len(disk.text()); got < 9000 {
			t.Errorf("%d bytes are written, want nearly 10000", got)
		}
		disk.mu.Lock()
		disk.room = 1 << 20
		disk.mu.Unlock()
		time.Sleep(retryInterval)
		synctest.Wait()
		out.Close(patience)
		if got, want := story(t, disk.text()), "200 server.ready, #201 log.recovered(0)"; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	})
}

// Where half a line cannot be taken back, the rest of it follows.
func TestAFullDiskThatOthersWriteTo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		disk := &full{room: 1000, others: true}
		out := open(t, Config{Stderr: disk})
		for range 20 {
			ServerReady.Log(out.Logger, StartupMS(0))
		}
		time.Sleep(pause) // lines that come while some are written are gathered
		synctest.Wait()
		if got := len(disk.text()); got != 1000 {
			t.Errorf("%d bytes are written, want 1000", got)
		}
		disk.mu.Lock()
		disk.room = 1 << 20
		disk.mu.Unlock()
		out.Close(patience)
		if got, want := story(t, disk.text()), "20 server.ready, #21 log.recovered(0)"; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	})
}

// A disk that stays full does not hold up the end.
func TestCloseOnAFullDisk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out := open(t, Config{Stderr: new(full)})
		ServerReady.Log(out.Logger, StartupMS(0))
		start := time.Now()
		out.Close(patience)
		if took := time.Since(start); took != 0 {
			t.Errorf("it takes %v", took)
		}
	})
}

// pieces keeps what is written at once.
type pieces struct{ sizes []int }

func (p *pieces) Write(b []byte) (int, error) {
	if b[len(b)-1] != '\n' {
		return 0, errors.New("half a line")
	}
	p.sizes = append(p.sizes, len(b))
	return len(b), nil
}

// What waits together is written together, as much as a pipe takes whole.
func TestLinesAreWrittenTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate := &stuck{read: make(chan struct{})}
		w := new(pieces)
		out := open(t, Config{Stderr: writerFunc(func(p []byte) (int, error) {
			<-gate.read
			return w.Write(p)
		})})
		for range 1000 {
			ServerReady.Log(out.Logger, StartupMS(0))
		}
		close(gate.read)
		out.Close(patience)
		bytes := 0
		for _, size := range w.sizes {
			bytes += size
		}
		if least := bytes / maxLine; len(w.sizes) < least || len(w.sizes) > least*11/10+3 || slices.Max(w.sizes) > maxLine {
			t.Errorf("%d bytes are written in pieces of %v", bytes, w.sizes)
		}
	})
}

type writerFunc func(p []byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }
