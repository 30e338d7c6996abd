package admin

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"sseserver/internal/logs"
	"sseserver/internal/metrics"

	"go.uber.org/zap/zapcore"
)

// newServer returns a server of a log that keeps so many bytes.
func newServer(t *testing.T, recent int) *Server {
	t.Helper()
	output, err := logs.New(logs.Config{Format: logs.JSON, Stderr: io.Discard, Recent: recent})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { output.Close(time.Minute) })
	return New(Config{Metrics: metrics.New(metrics.Config{}), Output: output})
}

func (s *Server) log(n int) {
	for range n {
		logs.MessageDeleted.Log(s.logger, logs.MessageID([16]byte{1}), logs.AgeMS(time.Second), logs.ActiveStreams(1))
	}
}

// A thousand who follow a log that is busier than they can all be sent get no more
// together than what is bounded, and are told how much they do not get.
func TestThousandFollowersAreBounded(t *testing.T) {
	s := newServer(t, 8<<20)
	f := filter{level: zapcore.InfoLevel}
	var readers []*reader[filter]
	for range 1000 {
		r, _ := s.tail.join(f)
		readers = append(readers, r)
	}
	const lines = 5000
	s.log(lines)
	s.tail.putUp()
	var first []byte
	for _, r := range readers {
		pieces, missed := s.tail.boards.take(r)
		if len(pieces) != 1 || missed != 0 {
			t.Fatalf("%d pieces, %d missed", len(pieces), missed)
		}
		if first == nil {
			first = pieces[0].frames
		}
		if &pieces[0].frames[0] != &first[0] {
			t.Fatal("what all follow was made twice")
		}
		s.tail.leave(f, r)
	}
	sent := strings.Count(string(first), `"event":"message.deleted"`)
	var told gap
	_, data, _ := strings.Cut(string(first), "event: gap\ndata: ")
	if err := json.Unmarshal([]byte(data), &told); err != nil || sent == 0 || told != (gap{uint64(sent) + 1, lines, uint64(lines - sent)}) {
		t.Errorf("%d of %d lines were sent, and then %+v: %v", sent, lines, told, err)
	}
	if len(first) > leastRoom+200 {
		t.Errorf("each is sent %d bytes", len(first))
	}
}

// Nor do a thousand filters cost more than so many looks at lines.
func TestThousandFiltersAreBounded(t *testing.T) {
	s := newServer(t, 8<<20)
	var last *reader[filter]
	for i := range 1000 {
		f := filter{zapcore.InfoLevel, conditions{{key: "message_id", text: fmt.Sprint(i)}}}
		last, _ = s.tail.join(f)
	}
	s.log(1000)
	s.tail.putUp()
	pieces, _ := s.tail.boards.take(last)
	if len(pieces) != 1 || !bytes.Contains(pieces[0].frames, []byte(`"to":1000,`)) {
		t.Fatalf("%d pieces: %v", len(pieces), pieces)
	}
	if at, ok := s.tail.settled(last); at != 1000 || !ok {
		t.Errorf("at %d, %v", at, ok)
	}
}

// Who does not read misses the oldest pieces, is told how many lines these had, and
// makes the memory no larger.
func TestSlowFollower(t *testing.T) {
	s := newServer(t, 8<<20)
	f := filter{level: zapcore.InfoLevel}
	slow, _ := s.tail.join(f)
	for range boardRoom + 3 {
		s.log(2)
		s.tail.putUp()
	}
	l := follower{server: s, filter: f, reader: slow}
	frames := string(l.take())
	if !strings.HasPrefix(frames, s.idText(6)+"event: gap\ndata: {\"from\":1,\"to\":6,\"count\":6}\n\n"+s.idText(7)+"data: ") || strings.Count(frames, "data: ") != 1+2*boardRoom {
		t.Errorf("got %s", frames)
	}
	if l.at != 2*(boardRoom+3) {
		t.Errorf("it is at %d", l.at)
	}
}

func (s *Server) idText(n uint64) string { return string(s.appendID(nil, n)) }

// recorder is a client on the other side of no network.
type recorder struct {
	*httptest.ResponseRecorder
	mu     sync.Mutex
	writes int
}

func (r *recorder) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.writes++
	return r.ResponseRecorder.Write(p)
}

// so returns what was written so far, and in how many writes.
func (r *recorder) so() (body string, writes int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.Body.String(), r.writes
}

func (r *recorder) SetReadDeadline(time.Time) error  { return nil }
func (r *recorder) SetWriteDeadline(time.Time) error { return nil }

// A follower of a busy log is written to four times a second; of one where nothing
// happens, it hears a heartbeat, with the id of what it need not be told again.
func TestFollowerRests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, 8<<20)
		ctx, cancel := context.WithCancel(t.Context())
		client := &recorder{ResponseRecorder: httptest.NewRecorder()}
		var running sync.WaitGroup
		running.Go(func() { _ = s.Run(ctx) })
		running.Go(func() {
			request := httptest.NewRequestWithContext(ctx, http.MethodGet, "/log/events?level=info", nil)
			request.Host = "localhost"
			s.ServeHTTP(client, request)
		})
		synctest.Wait()
		_, before := client.so()
		for range 1000 {
			s.log(1)
			time.Sleep(time.Millisecond)
		}
		synctest.Wait()
		if _, writes := client.so(); writes-before < 3 || writes-before > 5 {
			t.Errorf("%d writes in a second", writes-before)
		}
		time.Sleep(time.Second)
		synctest.Wait()
		body, _ := client.so()
		if n := strings.Count(body, "data: {\"seq\""); n != 1001 { // and live
			t.Errorf("%d lines", n)
		}
		s.config.Output.SetLevel(zapcore.DebugLevel)
		time.Sleep(20 * time.Second)
		synctest.Wait()
		if all, _ := client.so(); !strings.HasSuffix(all, ": heartbeat\n\n"+s.idText(1001)+"\n") {
			t.Errorf("then came %q", all[len(body):])
		}
		cancel()
		running.Wait()
		s.config.Output.Close(time.Minute)
	})
}

// Filters that take different lines are different ones, whatever is in their texts.
func TestFiltersAreToldApart(t *testing.T) {
	keys := make(map[string]string)
	for _, where := range []string{
		"where=a=b&where=c=d", "where=a=b%00c=d", "where=a=b&where=c~d", "where=a~b&where=c=d", "where=a=b&where=c=d&level=warn",
		"where=a=b\"%2Ccontains:true", "where=a=b", "where=a~b", "",
	} {
		query, err := url.ParseQuery(where)
		if err != nil {
			t.Fatal(err)
		}
		f, wrong := filterOf(query)
		if wrong != nil {
			t.Fatalf("%s: %v", where, wrong)
		}
		if other, taken := keys[f.key()]; taken {
			t.Errorf("%q is taken for %q", where, other)
		}
		keys[f.key()] = where
	}
}

// Lines that were looked at and not wanted are not missing at the end of a server,
// though it has no longer got them.
func TestNothingIsMissingAtTheEnd(t *testing.T) {
	s := newServer(t, 64<<10)
	f := filter{level: zapcore.WarnLevel}
	r, _ := s.tail.join(f)
	l := follower{server: s, filter: f, reader: r}
	for range 10 {
		s.log(100)
		s.tail.putUp()
	}
	if frames := l.rest(); len(frames) > 0 {
		t.Errorf("it is told %s", frames)
	}
}
