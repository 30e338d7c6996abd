package logs

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"
)

func TestCatalogueIsWellFormed(t *testing.T) {
	name := regexp.MustCompile(`^[a-z]+\.[a-z]+(_[a-z]+)*$`)
	key := regexp.MustCompile(`^[a-z]+([._][a-z]+)*$`)
	seen := make(map[string]bool)
	for _, e := range Catalogue {
		if seen[e.Name] || !name.MatchString(e.Name) {
			t.Errorf("%q: not a name of its own", e.Name)
		}
		seen[e.Name] = true
		if len(e.Levels) == 0 || e.Message == "" || e.About == "" {
			t.Errorf("%s: needs a level, a message and what it is about", e.Name)
		}
		keys := []string{TimeKey, LevelKey, LoggerKey, MessageKey, EventKey, SeqKey}
		for f := range e.Fields() {
			if slices.Contains(keys, f.Key) || !key.MatchString(f.Key) || f.Kind == "" || f.About == "" {
				t.Errorf("%s: the field %+v is there twice or incomplete", e.Name, f)
			}
			keys = append(keys, f.Key)
		}
	}
}

func TestEveryEventIsWrittenAtItsLevels(t *testing.T) {
	for _, e := range Catalogue {
		for _, level := range e.Levels {
			for _, enabled := range []bool{true, false} {
				least := level
				if !enabled {
					least++
				}
				var out bytes.Buffer
				log := open(t, Config{Format: JSON, Level: least, Stderr: &out})
				e.LogAt(log.Logger, level)
				log.Close(patience)
				if got := bytes.Count(out.Bytes(), []byte(`"event":"`+e.Name+`"`)); (got == 1) != enabled {
					t.Errorf("%s at %s: %d lines where least level is %s", e.Name, level, got, least)
				}
			}
		}
	}
}

// off is a logger that writes errors only.
func off(t testing.TB) *zap.Logger {
	out, err := New(Config{Level: zapcore.ErrorLevel, Stderr: failOnWrite{t}})
	if err != nil {
		t.Fatal(err)
	}
	return out.Logger
}

type failOnWrite struct{ t testing.TB }

func (w failOnWrite) Write(line []byte) (int, error) {
	w.t.Errorf("written: %s", line)
	return len(line), nil
}

func TestAnEventThatIsOffAllocatesNothing(t *testing.T) {
	l := off(t)
	if StreamChunk.Enabled(l) || !HTTPPanic.Enabled(l) {
		t.Fatal("Enabled does not follow the level")
	}
	allocated := testing.AllocsPerRun(100, func() {
		StreamChunk.Log(l, Position(7), Bytes(100), RequestID("r"), LagMS(time.Second))
	})
	if allocated != 0 {
		t.Errorf("%v allocations, want 0", allocated)
	}
}

func TestLinesShareNoFields(t *testing.T) {
	core, lines := observer.New(zapcore.InfoLevel)
	l := zap.New(core)
	StreamClosed.Log(l, Reason("completed"), Chunks(5), Bytes(400))
	StreamRecovered.Log(l, LagMS(time.Second))
	want := []map[string]any{
		{EventKey: "stream.closed", "reason": "completed", "chunks": int64(5), "bytes": int64(400)},
		{EventKey: "stream.recovered", "lag_ms": 1000.0},
	}
	for i, line := range lines.All() {
		if got := line.ContextMap(); !maps.Equal(got, want[i]) {
			t.Errorf("line %d: %v, want %v", i, got, want[i])
		}
	}
}

func BenchmarkEventOff(b *testing.B) {
	l, id := off(b), uuid.New()
	b.Run("asked", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if StreamChunk.Enabled(l) {
				StreamChunk.Log(l, StreamID(id), MessageID(id), Position(7), Bytes(100))
			}
		}
	})
	b.Run("logged", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			StreamChunk.Log(l, StreamID(id), MessageID(id), Position(7), Bytes(100))
		}
	})
}

func BenchmarkStreamClosed(b *testing.B) {
	out, err := New(Config{Stderr: discard{}})
	if err != nil {
		b.Fatal(err)
	}
	id := uuid.New()
	b.ReportAllocs()
	for b.Loop() {
		StreamClosed.Log(out.Logger, StreamID(id), MessageID(id), Reason("completed"), Chunks(5), Bytes(400),
			DurationMS(time.Second), MaxLagMS(0), Resumed(false))
	}
}

func TestCloseLevel(t *testing.T) {
	not := map[string]zapcore.Level{"slow_client": zapcore.WarnLevel, "internal_error": zapcore.ErrorLevel} // at info
	for _, reason := range CloseReasons {
		if got := CloseLevel(reason); got != not[reason] {
			t.Errorf("%s is logged at %s, want %s", reason, got, not[reason])
		}
	}
}

type discard struct{}

func (discard) Write(line []byte) (int, error) { return len(line), nil }

func ExampleEvent_Log() {
	var out bytes.Buffer
	log, err := New(Config{Format: JSON, Stderr: &out})
	if err != nil {
		panic(err)
	}
	MessageRejected.Log(log.Logger.Named("httpapi"), Reason("store_full"), Error(errors.New("broker: store is full")))
	log.Close(time.Minute)
	line := regexp.MustCompile(`"time":"[^"]*"`).ReplaceAll(out.Bytes(), []byte(`"time":"…"`))
	fmt.Printf("%s", line)
	// Output: {"seq":1,"level":"warn","time":"…","logger":"httpapi","msg":"message rejected","event":"message.rejected","reason":"store_full","error":"broker: store is full"}
}

// A key has one type, so that whoever reads the log can give it a column.
func TestAKeyHasOneType(t *testing.T) {
	kinds := make(map[string]Kind)
	for _, e := range Catalogue {
		for f := range e.Fields() {
			if was, seen := kinds[f.Key]; seen && was != f.Kind {
				t.Errorf("%s is %s in %s and %s elsewhere", f.Key, f.Kind, e.Name, was)
			}
			kinds[f.Key] = f.Kind
		}
	}
}
