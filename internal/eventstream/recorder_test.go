package eventstream_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"sseserver/internal/eventstream"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// recorder writes down every call in the order it came.
type recorder struct {
	calls  []string
	failAt int // the Event call, counted from 1, that returns errStop; 0 means none
	events int
}

var errStop = fmt.Errorf("enough")

func (r *recorder) Event(e eventstream.Event) error {
	r.calls = append(r.calls, event(string(e.Type), string(e.Data), string(e.ID)))
	if r.events++; r.events == r.failAt {
		return errStop
	}
	return nil
}
func (r *recorder) Comment(text []byte)   { r.calls = append(r.calls, comment(string(text))) }
func (r *recorder) Retry(d time.Duration) { r.calls = append(r.calls, "retry "+d.String()) }

func event(typ, data, id string) string { return fmt.Sprintf("event %q %q id=%q", typ, data, id) }
func comment(text string) string        { return fmt.Sprintf("comment %q", text) }

// parse feeds the pieces one after another, each from memory that is
// overwritten afterwards, so that a parser that keeps a view of its input is
// found out.
func parse(p *eventstream.Parser, pieces ...string) ([]string, error) {
	var r recorder
	for _, piece := range pieces {
		b := []byte(piece)
		err := p.Feed(b, &r)
		if string(b) != piece {
			return nil, fmt.Errorf("Feed changed its input: %q became %q", piece, b)
		}
		for i := range b {
			b[i] = '#'
		}
		if err != nil {
			return r.calls, err
		}
	}
	return r.calls, nil
}

func wantCalls(t *testing.T, input string, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("input %q\n got:\n  %s\nwant:\n  %s", input, strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}
