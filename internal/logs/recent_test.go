package logs

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// What is kept are the lines of the log, as JSON also where that has another form.
func TestRecentHasTheLinesOfTheLog(t *testing.T) {
	for _, format := range []Format{JSON, Console} {
		var file bytes.Buffer
		out := open(t, Config{Format: format, Stderr: &file, Recent: 1 << 20})
		l := out.Logger.Named("main").With(zap.String("request_id", "r"))
		ServerReady.Log(l, StartupMS(time.Second))
		HTTPServerError.LogAt(l, zapcore.ErrorLevel, Stack([]byte("main.main()\n\t/x.go:1")))
		out.SetLevel(zapcore.ErrorLevel)
		ServerReady.Log(l, StartupMS(time.Second)) // off
		out.Close(patience)
		entries, missing := out.Recent().After(0, 100)
		var texts, levels []string
		for i, e := range entries {
			if !json.Valid(e.Text) || e.Seq != uint64(i+1) || !bytes.HasPrefix(e.Text, fmt.Appendf(nil, `{"seq":%d,"level":"%s",`, e.Seq, e.Level)) {
				t.Errorf("%s: line %d is %d, %s", format, i, e.Seq, e.Text)
			}
			texts, levels = append(texts, string(e.Text)+"\n"), append(levels, e.Level.String())
		}
		if got := strings.Join(levels, " "); got != "info error warn" || missing != 0 {
			t.Errorf("%s: got lines of the levels %s, and %d missing", format, got, missing)
		}
		if !strings.Contains(texts[1], `"logger":"main","msg":"server error","request_id":"r","event":"http.server_error","stack":"main.main()\n\t/x.go:1"}`) {
			t.Errorf("%s: got %s", format, texts[1])
		}
		if got := strings.Join(texts, ""); format == JSON && got != file.String() {
			t.Errorf("got %s, want %s", got, file.String())
		}
	}
}

func TestRecentIsBounded(t *testing.T) {
	const most, all = 300 << 10, 10_000
	out := open(t, Config{Stderr: discard{}, Recent: most})
	defer out.Close(patience)
	r := out.Recent()
	if oldest, newest := r.Bounds(); oldest != 0 || newest != 0 || r.pieces != nil {
		t.Errorf("an empty log has the lines %d to %d and %d pieces", oldest, newest, len(r.pieces))
	}
	for range all {
		ServerReady.Log(out.Logger, StartupMS(0))
	}
	size := 0
	for _, p := range r.pieces {
		size += cap(p.text)
	}
	oldest, newest := r.Bounds()
	if kept := newest - oldest + 1; size > most || newest != all || kept*150 < most*3/4 {
		t.Errorf("%d bytes have the lines %d to %d", size, oldest, newest)
	}
	for _, test := range []struct {
		seq           uint64
		most          int
		first, last   uint64
		count, missed int
	}{
		{0, all, oldest, newest, int(newest - oldest + 1), int(oldest - 1)},
		{oldest - 2, 1, oldest, oldest, 1, 1},
		{oldest - 1, 1, oldest, oldest, 1, 0},
		{oldest, 1000, oldest + 1, oldest + 1000, 1000, 0}, // more than one piece
		{newest - 1, 100, newest, newest, 1, 0},
		{newest, 100, 0, 0, 0, 0},
		{newest + 5, 100, 0, 0, 0, 0},
		{0, 0, 0, 0, 0, 0},
	} {
		entries, missing := r.After(test.seq, test.most)
		for i, e := range entries {
			if e.Seq != entries[0].Seq+uint64(i) || !bytes.Contains(e.Text, fmt.Appendf(nil, `{"seq":%d,`, e.Seq)) {
				t.Fatalf("after %d, line %d: %d, %s", test.seq, i, e.Seq, e.Text)
			}
		}
		var first, last uint64
		if len(entries) > 0 {
			first, last = entries[0].Seq, entries[len(entries)-1].Seq
		}
		if first != test.first || last != test.last || len(entries) != test.count || missing != uint64(test.missed) {
			t.Errorf("after %d, at most %d: %d lines, %d to %d, %d missing; want %+v", test.seq, test.most, len(entries), first, last, missing, test)
		}
	}
}

// A log that nobody can write is when somebody looks here.
func TestRecentHasWhatTheLogDropped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pipe := &stuck{read: make(chan struct{})}
		out := open(t, Config{Stderr: pipe, Recent: 1 << 20})
		const all = 40_000
		for range all {
			ServerReady.Log(out.Logger, StartupMS(0))
		}
		dropped := out.Dropped()
		entries, _ := out.Recent().After(all-100, all)
		if dropped < 100 || len(entries) != 100 || entries[99].Seq != all {
			t.Errorf("of %d lines that were dropped, %d of the last 100 are there", dropped, len(entries))
		}
		close(pipe.read)
		out.Close(patience)
		entries, _ = out.Recent().After(all, 1)
		if len(entries) != 1 || !bytes.Contains(entries[0].Text, []byte(LogEntriesDropped.Name)) {
			t.Errorf("then comes %v, want %s", entries, LogEntriesDropped.Name)
		}
	})
}

func TestRecentTellsOfLines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out := open(t, Config{Stderr: discard{}, Recent: 1 << 20})
		defer out.Close(patience)
		r, start := out.Recent(), time.Now()
		log := func() { ServerReady.Log(out.Logger, StartupMS(0)) }
		first := r.Changed(0)
		time.Sleep(time.Hour)
		if isClosed(first) {
			t.Fatal("told of a line before there is any")
		}
		log()
		if second := r.Changed(1); !isClosed(r.Changed(0)) || isClosed(second) {
			t.Fatal("told of a line that is not there, or not of one that is")
		}
		log()
		<-first
		if took := time.Since(start) - time.Hour; took != noticeInterval {
			t.Errorf("told %v after the line, want %v", took, noticeInterval)
		}
		for n := uint64(2); n < 6; n++ {
			go log()
			<-r.Changed(n)
		}
	})
}

// Changes that are asked for between two lines are all told, and none too early.
func TestRecentTellsEachOfItsLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out := open(t, Config{Stderr: discard{}, Recent: 1 << 20})
		defer out.Close(patience)
		r := out.Recent()
		var changes []<-chan struct{}
		for n := range 5 {
			changes = append(changes, r.Changed(uint64(n)))
			ServerReady.Log(out.Logger, StartupMS(0))
		}
		last := r.Changed(5)
		time.Sleep(noticeInterval)
		synctest.Wait()
		for n, changed := range changes {
			if !isClosed(changed) {
				t.Errorf("not told of line %d", n+1)
			}
		}
		if isClosed(last) {
			t.Error("told of line 6, which is not there")
		}
	})
}

func isClosed(changed <-chan struct{}) bool {
	select {
	case <-changed:
		return true
	default:
		return false
	}
}

// Several log and several read; nobody sees a line change, or one twice.
func TestRecentIsReadWhileItGrows(t *testing.T) {
	const writers, readers, each = 3, 3, 3000
	out := open(t, Config{Stderr: discard{}, Recent: 200 << 10})
	defer out.Close(patience)
	var group sync.WaitGroup
	for range writers {
		group.Go(func() {
			for range each {
				ServerReady.Log(out.Logger, StartupMS(0))
			}
		})
	}
	for range readers {
		group.Go(func() {
			var seq, missed, got uint64
			for seq < writers*each {
				<-out.Recent().Changed(seq)
				entries, missing := out.Recent().After(seq, 50)
				missed, got = missed+missing, got+uint64(len(entries))
				for _, e := range entries {
					if !json.Valid(e.Text) {
						t.Errorf("line %d is %s", e.Seq, e.Text)
					}
					seq = e.Seq
				}
			}
			if missed+got != writers*each {
				t.Errorf("%d lines and %d missing, want %d together", got, missed, writers*each)
			}
		})
	}
	group.Wait()
}
