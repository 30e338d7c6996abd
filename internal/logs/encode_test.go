package logs

import (
	"errors"
	"math"
	"strconv"
	"testing"
	"time"

	"github.com/google/uuid"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// zapJSON is what zap makes of a line.
func zapJSON(t *testing.T, entry zapcore.Entry, fields []zapcore.Field) string {
	t.Helper()
	encoder := zapcore.NewJSONEncoder(zapcore.EncoderConfig{
		TimeKey: TimeKey, LevelKey: LevelKey, NameKey: LoggerKey, MessageKey: MessageKey,
		EncodeTime: func(at time.Time, enc zapcore.PrimitiveArrayEncoder) {
			zapcore.TimeEncoderOfLayout(TimeLayout)(at.UTC(), enc)
		},
		EncodeLevel: zapcore.LowercaseLevelEncoder, EncodeDuration: zapcore.MillisDurationEncoder,
	})
	line, err := encoder.EncodeEntry(entry, fields)
	if err != nil {
		t.Fatal(err)
	}
	return string(appendRawEscaped(nil, line.Bytes()[1:])) // without the brace before the number
}

func TestJSONIsThatOfZap(t *testing.T) {
	for _, at := range []time.Time{
		time.Date(2026, 12, 31, 23, 59, 59, 999_999_999, time.UTC), time.Date(2024, 2, 29, 0, 0, 0, 0, time.Local),
		time.Date(2026, 7, 8, 9, 10, 11, 12_013, time.FixedZone("", -3*3600-1800)), time.Date(1, 2, 1, 0, 0, 0, 0, time.UTC), time.Date(12345, 6, 7, 8, 9, 10, 0, time.UTC),
	} {
		entry := zapcore.Entry{Level: zap.WarnLevel, Time: at, LoggerName: `a"b`, Message: "x\ty"}
		fields := []zapcore.Field{
			MessageID(someMessage), StreamID(uuid.Nil), URLs("http://a/", "b\u202e\\"), URLs(), someSettings, zap.Skip(), zap.Error(nil),
			zap.Error(errors.New("boom\u2028")), zap.Duration("d", time.Second), zap.Any("any", map[string]int{"x": 1}), zap.Stringer("nil", (*time.Time)(nil)),
			zap.Float64("nan", math.NaN()), zap.Float64("inf", math.Inf(-1)), zap.Float32("f", 1.5), zap.Int32("i", -3), zap.Binary("b", []byte{1}),
		}
		if got, want := string(appendJSON(nil, &entry, fields)), zapJSON(t, entry, fields); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}

// Whatever the values, a line is what zap makes of it.
func FuzzJSON(f *testing.F) {
	f.Add("client", "a\"b\\c\n\r\t\x00\x7f\u0085é👋\xff\xed\xa0\x80\ufffd\u202e\U000e0041", int64(-1), uint64(1<<63), 1234.567, true)
	f.Add("", "", int64(math.MaxInt64), uint64(0), math.Copysign(0, -1), false)
	for _, number := range []float64{0, 0.001, 0.1, 0.12, 1e15, 1e21, 999_999_999_999.999, 5e-324, 0.0005, 1.0005, -1.5, math.MaxFloat64} {
		f.Add("k", "v", int64(0), uint64(0), number, true)
	}
	f.Fuzz(func(t *testing.T, key, text string, whole int64, positive uint64, number float64, is bool) {
		entry := zapcore.Entry{Time: time.Unix(0, whole), LoggerName: key, Message: text}
		fields := []zapcore.Field{
			zap.String(key, text), zap.Int64(key, whole), zap.Uint64(key, positive), zap.Float64("number", number), zap.Bool(text, is),
			milliseconds(durationMS, time.Duration(whole)),
		}
		if got, want := string(appendJSON(nil, &entry, fields)), zapJSON(t, entry, fields); got != want {
			t.Errorf("got  %q\nwant %q", got, want)
		}
	})
}

// Our times have three decimals, and are written without a search for them.
func TestThousandthsAreTheShortestForm(t *testing.T) {
	for n := int64(1); n < 2e15; n += 1 + n*7/100 {
		for _, us := range []int64{n, n * 10, n / 10 * 10, n / 100 * 100} {
			v := float64(us) / 1000
			if got, want := string(appendFloat(nil, v)), strconv.FormatFloat(v, 'f', -1, 64); got != want {
				t.Fatalf("%d thousandths are %s, want %s", us, got, want)
			}
		}
	}
}
