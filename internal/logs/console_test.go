package logs

import (
	"errors"
	"net/netip"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

var (
	someMessage = uuid.MustParse("5b0e3c0e-8e0f-4f5e-9d5c-2f8f6a1f4a01")
	someStream  = uuid.MustParse("8d1f22aa-8e0f-4f5e-9d5c-2f8f6a1f4a01")
	someClient  = netip.MustParseAddr("127.0.0.1")
)

// someSettings are three, one of which somebody chose.
var someSettings = Settings(zapcore.ObjectMarshalerFunc(func(enc zapcore.ObjectEncoder) error {
	enc.AddString("addr", "127.0.0.1:4400")
	enc.AddString("log-level", "debug")
	enc.AddString("assets", "my pages")
	return nil
}), func(name string) bool { return name != "addr" })

func TestConsole(t *testing.T) {
	at := time.Date(2026, 1, 2, 3, 4, 5, 678_900_000, time.UTC)
	for _, test := range []struct {
		event  *Event
		level  zapcore.Level
		fields []zap.Field
		want   string
	}{
		{
			ServerStarting, zap.InfoLevel,
			[]zap.Field{Version("v1.2.3"), someSettings, StreamLimit(7)},
			`INFO  starting                   v1.2.3 --"assets=my pages" --log-level=debug`,
		},
		{
			ServerListening, zap.InfoLevel,
			[]zap.Field{Listener("public"), URLs("http://127.0.0.1:4400/", "http://localhost:4400/", "a", "b")},
			`INFO  listening                  public http://127.0.0.1:4400/ http://localhost:4400/ and 2 more`,
		},
		{
			StreamOpened, zap.InfoLevel,
			[]zap.Field{
				StreamID(someStream), MessageID(someMessage), StreamKind("characters"), IntervalMS(50 * time.Millisecond),
				LastEventID("7"), FirstPosition(8), ClientAddress(someClient),
			},
			`INFO  stream opened              5b0e3c0e 8d1f22aa characters every 50ms from 127.0.0.1 after id 7`,
		},
		{
			StreamClosed, zap.WarnLevel,
			[]zap.Field{
				StreamID(someStream), MessageID(someMessage), Reason("slow_client"), Chunks(1), Total(11), Bytes(400),
				DurationMS(12_345 * time.Millisecond), MaxLagMS(0), Resumed(false),
			},
			`WARN  stream closed              5b0e3c0e 8d1f22aa slow_client 1 chunk of 11 in 12.3s`,
		},
		{
			MessageSubmitted, zap.InfoLevel,
			[]zap.Field{MessageID(someMessage), Bytes(11), RequestID("r")},
			`INFO  message submitted          5b0e3c0e          11 bytes`,
		},
		{
			HTTPRequest, zap.DebugLevel,
			[]zap.Field{Method("GET"), URLPath("/"), StatusCode(200), DurationMS(1260 * time.Microsecond)},
			`DEBUG request                                      GET / 200 in 1.3ms`,
		},
		{
			HTTPRequestRejected, zap.WarnLevel,
			[]zap.Field{
				Method("GET"), URLPath("/stream/" + someMessage.String()), Code("message_not_found"), Status(404),
				Error(errors.New(`no "x" here`)),
			},
			`WARN  request rejected                             GET /stream/5b0e3c0e… message_not_found 404: no "x" here`,
		},
		{
			HTTPPanic, zap.ErrorLevel,
			[]zap.Field{Stack([]byte("goroutine 1:\nmain.main()\n\t/x.go:1\n")), Error(errors.New("boom")), Method("GET"), URLPath("/a b")},
			"ERROR panic in a request                           GET \"/a b\": boom\ngoroutine 1:\nmain.main()\n\t/x.go:1",
		},
		{
			ServerUnprotected, zap.WarnLevel, // wider than its column
			[]zap.Field{URLs("http://192.0.2.1:4400/")},
			`WARN  anyone who reaches this address may submit and delete messages http://192.0.2.1:4400/`,
		},
		{
			MessageDeleted, zap.InfoLevel,
			[]zap.Field{MessageID(someMessage), AgeMS(90 * time.Second), ActiveStreams(0)},
			`INFO  message deleted            5b0e3c0e          age 1m30s`,
		},
		{
			StreamFault, zap.InfoLevel,
			[]zap.Field{Fault("cut"), MessageID(someMessage), StreamID(someStream), Position(0)},
			`INFO  fault injected             5b0e3c0e 8d1f22aa cut at 0`,
		},
		{
			MessageRejected, zap.WarnLevel,
			[]zap.Field{Reason("store_full")},
			`WARN  message rejected                             store_full`,
		},
		{ServerReady, zap.InfoLevel, []zap.Field{StartupMS(0)}, `INFO  ready`},
		{
			&Event{Name: "not.there", Message: "not in the catalogue"}, zap.InfoLevel,
			[]zap.Field{zap.Bool("yes", true), zap.Bool("no", false), zap.Duration("took", time.Second), zap.String("text", "")},
			`INFO  not in the catalogue       event=not.there yes took=1000`,
		},
	} {
		fields := append([]zap.Field{zap.String(EventKey, test.event.Name)}, test.fields...)
		entry := zapcore.Entry{Level: test.level, Time: at, LoggerName: "main", Message: test.event.Message}
		got := string(console{}.append(nil, &entry, fields))
		if want := at.Local().Format("15:04:05.000 ") + test.want + "\n"; got != want {
			t.Errorf("got\n%swant\n%s", got, want)
		}
		colored := string(console{colored: true}.append(nil, &entry, fields))
		if bare := withoutColors.Replace(colored); bare != got || colored == got {
			t.Errorf("with colours, got\n%s%q", bare, colored)
		}
	}
}

var withoutColors = strings.NewReplacer(faint, "", red, "", yellow, "", green, "", cyan, "", endColor, "")

// What a person has to see is the same on each line of an event.
func TestEachEventIsBrief(t *testing.T) {
	for _, e := range Catalogue {
		if len(e.Brief) == 0 || len(e.Brief) > 6 {
			t.Errorf("%s has %d brief fields", e.Name, len(e.Brief))
		}
		for _, f := range e.Brief {
			if !e.declares(f.Key) {
				t.Errorf("%s has %s among its brief fields only", e.Name, f.Key)
			}
		}
		if n := utf8.RuneCountInString(e.Message); n > messageWidth && e != ServerUnprotected && e != ServerAssets {
			t.Errorf("%s: %q has %d characters, and the column %d", e.Name, e.Message, n, messageWidth)
		}
	}
}

func TestDurationsForPeople(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "", 2 * time.Microsecond: "0.002ms", 426 * time.Microsecond: "0.43ms", 1260 * time.Microsecond: "1.3ms", 52_400 * time.Microsecond: "52ms",
		999 * time.Millisecond: "999ms", 1234 * time.Millisecond: "1.2s", 59_960 * time.Millisecond: "1m0s", 125 * time.Second: "2m5s",
	} {
		if got := roughly(d); got != want {
			t.Errorf("%v is %s, want %s", d, got, want)
		}
	}
}
