package logs

import (
	"net/netip"
	"time"

	"github.com/google/uuid"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// The keys that every line has. Seq counts the lines of one process from 1.
const (
	TimeKey    = "time"
	LevelKey   = "level"
	LoggerKey  = "logger"
	MessageKey = "msg"
	SeqKey     = "seq"
	EventKey   = "event"
)

// Kind is the JSON type of a field's value.
type Kind string

// The kinds of values.
const (
	String Kind = "string"
	Int    Kind = "integer"
	Float  Kind = "number"
	Bool   Kind = "boolean"
	List   Kind = "array of strings"
	Object Kind = "object"
)

// Field declares one key of a log line. A unit stands in the key: "_ms" is
// milliseconds with three decimals.
type Field struct {
	Key   string
	Kind  Kind
	About string
	// Values are the only values allowed; nil allows any.
	Values []string
}

// with returns the field with its meaning, and its values if they are limited, in one event.
func (f Field) with(about string, values ...string) Field {
	f.About, f.Values = about, values
	return f
}

// Each field has its declaration and, below, the function that makes it, so that a call
// can neither misspell the key nor mistake the type.

var (
	messageID = Field{Key: "message_id", Kind: String, About: "id of the message (UUID)"}
	streamID  = Field{Key: "stream_id", Kind: String, About: "id of the stream (UUID), its own for every subscription"}
	requestID = Field{Key: "request_id", Kind: String, About: "id of the HTTP request, as in the answer's X-Request-Id"}
	traceID   = Field{Key: "trace_id", Kind: String, About: "id of the trace that the request is part of, from its traceparent"}
	previous  = Field{Key: "previous_stream_id", Kind: String, About: "id of the stream that this one most likely continues: the client's last one of this message that ended unfinished, at or after the position"}
)

// MessageID names the message that the line is about.
func MessageID[ID ~[16]byte](id ID) zap.Field { return zap.Stringer(messageID.Key, uuid.UUID(id)) }

// StreamID names the stream that the line is about.
func StreamID[ID ~[16]byte](id ID) zap.Field { return zap.Stringer(streamID.Key, uuid.UUID(id)) }

// RequestID names the HTTP request that led to the line.
func RequestID(id string) zap.Field { return zap.String(requestID.Key, id) }

// TraceID names the trace that the HTTP request is part of.
func TraceID(id string) zap.Field { return zap.String(traceID.Key, id) }

// PreviousStreamID names the stream that a resumed one goes on with.
func PreviousStreamID[ID ~[16]byte](id ID) zap.Field {
	return zap.Stringer(previous.Key, uuid.UUID(id))
}

var (
	method        = Field{Key: "http.request.method", Kind: String, About: "the request's method"}
	route         = Field{Key: "http.route", Kind: String, About: "the pattern that matched the path; empty if none did"}
	urlPath       = Field{Key: "url.path", Kind: String, About: "the request's path, without its query"}
	statusCode    = Field{Key: "http.response.status_code", Kind: Int, About: "the answer's status; 499 if the client left before it got one"}
	clientAddress = Field{Key: "client.address", Kind: String, About: "the client's address; behind a trusted proxy, the one that it forwards"}
	clientPort    = Field{Key: "client.port", Kind: Int, About: "the client's port"}
	userAgent     = Field{Key: "user_agent.original", Kind: String, About: "the request's User-Agent"}
)

// Method is the HTTP request's method.
func Method(name string) zap.Field { return zap.String(method.Key, clip(name)) }

// Route is the pattern that the HTTP request matched, "" for none.
func Route(pattern string) zap.Field { return zap.String(route.Key, pattern) }

// URLPath is the HTTP request's path without its query.
func URLPath(path string) zap.Field { return zap.String(urlPath.Key, clip(path)) }

// StatusCode is the status of an HTTP answer.
func StatusCode(status int) zap.Field { return zap.Int(statusCode.Key, status) }

// ClientAddress is the client's address without its port, "" if it is not known.
func ClientAddress(address netip.Addr) zap.Field {
	if !address.IsValid() {
		return zap.String(clientAddress.Key, "")
	}
	return zap.String(clientAddress.Key, address.String())
}

// ClientPort is the client's port.
func ClientPort(port uint16) zap.Field { return zap.Int(clientPort.Key, int(port)) }

// UserAgent is the request's User-Agent.
func UserAgent(text string) zap.Field { return zap.String(userAgent.Key, clip(text)) }

// ClientNetwork is the address of all clients of a network: an IPv4 address, or a network
// of IPv6. It is "" for the zero Prefix, any client.
func ClientNetwork(network netip.Prefix) zap.Field {
	switch {
	case !network.IsValid():
		return zap.String(clientAddress.Key, "")
	case network.IsSingleIP():
		return ClientAddress(network.Addr())
	default:
		return zap.String(clientAddress.Key, network.String())
	}
}

var (
	code        = Field{Key: "code", Kind: String, About: "the error's stable code"}
	status      = Field{Key: "status", Kind: Int, About: "the HTTP status that the client got; 499 if it left before that"}
	reason      = Field{Key: "reason", Kind: String, About: "why, in one word"}
	errorText   = Field{Key: "error", Kind: String, About: "the error in words"}
	stack       = Field{Key: "stack", Kind: String, About: "the goroutine's stack"}
	signal      = Field{Key: "signal", Kind: String, About: "the signal that started the shutdown"}
	key         = Field{Key: "key", Kind: String, About: "the flag or variable with the bad value"}
	source      = Field{Key: "source", Kind: String, About: "where the bad value came from", Values: []string{"flag", "environment", "argument", "default"}}
	kind        = Field{Key: "kind", Kind: String, About: "what the stream sends", Values: Kinds}
	unit        = Field{Key: "unit", Kind: String, About: "the pieces that a stream of characters sends", Values: Units}
	state       = Field{Key: "state", Kind: String, About: "`open` for a live message, whose text is still to come", Values: States}
	lastEventID = Field{Key: "last_event_id", Kind: String, About: "the id after which the client asked to resume; empty if it did not"}
	faultName   = Field{Key: "fault", Kind: String, About: "the fault, one of those in the plan of the stream", Values: Faults}
	plan        = Field{Key: "plan", Kind: String, About: "the faults that were asked for; absent if there are none"}
	version     = Field{Key: "version", Kind: String, About: "the program's version, from its build info"}
	listener    = Field{Key: "listener", Kind: String, About: "which listener", Values: []string{"public", "admin"}}
	urls        = Field{Key: "urls", Kind: List, About: "the addresses to open"}
	config      = Field{Key: "config", Kind: Object, About: "every setting in use"}
	path        = Field{Key: "path", Kind: String, About: "the log file, or the directory of the pages"}
	fingerprint = Field{Key: "fingerprint", Kind: String, About: "SHA-256 of the TLS certificate in use, in hexadecimal digits"}
	fromLevel   = Field{Key: "from", Kind: String, About: "the level before"}
	toLevel     = Field{Key: "to", Kind: String, About: "the level now"}
	codes       = Field{Key: "codes", Kind: List, About: "the errors' stable codes"}
	counts      = Field{Key: "counts", Kind: Object, About: "what happened since the start: events, by reason if they have one, and sums of some of their numbers; zeros are left out"}
	done        = Field{Key: "done", Kind: Bool, About: "whether the end of the message, `done` or `failed`, was written"}
	vanished    = Field{Key: "vanished", Kind: Bool, About: "whether the client's machine, or the proxy's, had stopped answering, because the network was cut or the machine was off; absent if it had not, or if that is not known"}
	resumed     = Field{Key: "resumed", Kind: Bool, About: "whether the stream continued an earlier one"}
)

// Code is the stable code of an HTTP error, such as "invalid_json".
func Code(word string) zap.Field { return zap.String(code.Key, word) }

// Status is the HTTP status that the client was given.
func Status(code int) zap.Field { return zap.Int(status.Key, code) }

// Reason is one word of the lists in this package.
func Reason(word string) zap.Field { return zap.String(reason.Key, word) }

// FailureReason is why a live message failed, in the words of its producer.
func FailureReason(text string) zap.Field { return zap.String(reason.Key, clip(text)) }

// Error is the text of an error, which must not be nil.
func Error(err error) zap.Field { return zap.String(errorText.Key, clip(err.Error())) }

// Stack is a goroutine's stack, as runtime/debug.Stack prints it.
func Stack(trace []byte) zap.Field { return zap.String(stack.Key, string(trace)) }

// Signal is the name of the signal that asked for the shutdown.
func Signal(name string) zap.Field { return zap.String(signal.Key, name) }

// Key is the flag or variable that had a bad value.
func Key(name string) zap.Field { return zap.String(key.Key, clip(name)) }

// Source is "flag", "environment", "argument" or "default".
func Source(where string) zap.Field { return zap.String(source.Key, where) }

// StreamKind is one of Kinds.
func StreamKind(name string) zap.Field { return zap.String(kind.Key, name) }

// Unit is one of Units.
func Unit(name string) zap.Field { return zap.String(unit.Key, name) }

// State is one of States.
func State(word string) zap.Field { return zap.String(state.Key, word) }

// LastEventID is what the client sent to resume, "" if it did not.
func LastEventID(id string) zap.Field { return zap.String(lastEventID.Key, clip(id)) }

// Fault is the name of a fault, one of Faults.
func Fault(name string) zap.Field { return zap.String(faultName.Key, name) }

// Plan is the faults that were asked for in a stream.
func Plan(text string) zap.Field { return zap.String(plan.Key, clip(text)) }

// Version is the program's version.
func Version(text string) zap.Field { return zap.String(version.Key, text) }

// Listener is "public" or "admin".
func Listener(name string) zap.Field { return zap.String(listener.Key, name) }

// URLs are the addresses to open.
func URLs(all ...string) zap.Field { return zap.Strings(urls.Key, all) }

// Settings is every setting in use. Each value is cut so that all fit into a line. The
// console form shows only the settings for whose names differs returns true.
func Settings(all zapcore.ObjectMarshaler, differs func(name string) bool) zap.Field {
	return zap.Object(config.Key, settings{all, differs})
}

// Path is the log file, or the directory of the pages.
func Path(name string) zap.Field { return zap.String(path.Key, clip(name)) }

// Fingerprint is that of the TLS certificate in use.
func Fingerprint(hash string) zap.Field { return zap.String(fingerprint.Key, hash) }

// FromLevel is the log level before a change.
func FromLevel(l zapcore.Level) zap.Field { return zap.String(fromLevel.Key, l.String()) }

// ToLevel is the log level after a change.
func ToLevel(l zapcore.Level) zap.Field { return zap.String(toLevel.Key, l.String()) }

// Codes are the stable codes of HTTP errors.
func Codes(words []string) zap.Field { return zap.Strings(codes.Key, words) }

// Counts is what happened since the start of the process.
func Counts(all zapcore.ObjectMarshaler) zap.Field { return zap.Object(counts.Key, all) }

// Done says whether the end of its message was written to a stream.
func Done(is bool) zap.Field { return zap.Bool(done.Key, is) }

// Vanished says whether the machine of a stream's client did not answer any more.
func Vanished(is bool) zap.Field { return zap.Bool(vanished.Key, is) }

// Resumed says whether a stream continued an earlier one.
func Resumed(is bool) zap.Field { return zap.Bool(resumed.Key, is) }

var (
	byteCount       = Field{Key: "bytes", Kind: Int, About: "bytes of the message's UTF-8 text"}
	total           = Field{Key: "total", Kind: Int, About: "characters (grapheme clusters) of the message"}
	chunks          = Field{Key: "chunks", Kind: Int, About: "chunk events sent"}
	appended        = chunks.with("chunks that were appended")
	position        = Field{Key: "position", Kind: Int, About: "position of the chunk, from 0"}
	lastPosition    = Field{Key: "last_position", Kind: Int, About: "position of the last chunk that was sent; absent if none was"}
	streamTotal     = total.with("chunks of the whole stream; absent while they are not known")
	messagesStored  = Field{Key: "messages_stored", Kind: Int, About: "messages in the store at that moment"}
	catalogue       = Field{Key: "catalogue", Kind: Int, About: "version of this catalogue of events; absent in logs that are older than the first version"}
	firstPosition   = Field{Key: "first_position", Kind: Int, About: "position of the first chunk that this stream sends"}
	seed            = Field{Key: "seed", Kind: Int, About: "seed of the plan's random numbers"}
	faultCount      = Field{Key: "faults", Kind: Int, About: "faults that happened in the stream; absent without a plan"}
	howMany         = Field{Key: "count", Kind: Int, About: "how many"}
	activeStreams   = Field{Key: "active_streams", Kind: Int, About: "streams running at that moment"}
	remaining       = Field{Key: "remaining", Kind: Int, About: "streams still running"}
	streamLimit     = Field{Key: "stream_limit", Kind: Int, About: "streams that may run at once"}
	openFileReserve = Field{Key: "open_file_reserve", Kind: Int, About: "open files that are reserved for everything but streams"}
	openFileLimit   = Field{Key: "open_file_limit", Kind: Int, About: "files that the process may have open"}
)

// Bytes counts bytes: of a message's text, of a frame, or all that a stream
// sent, as the event says.
func Bytes(n int) zap.Field { return zap.Int(byteCount.Key, n) }

// Total counts the characters of a message, or the chunks of a whole stream, as the
// event says.
func Total(n int) zap.Field { return zap.Int(total.Key, n) }

// Chunks counts the chunk events that a stream sent, or the chunks that were
// appended to a message, as the event says.
func Chunks(n int) zap.Field { return zap.Int(chunks.Key, n) }

// Position is a chunk's, from 0.
func Position(n int) zap.Field { return zap.Int(position.Key, n) }

// FirstPosition is the position of the first chunk that a stream sends.
func FirstPosition(n int) zap.Field { return zap.Int(firstPosition.Key, n) }

// LastPosition is the position of the last chunk that a stream sent.
func LastPosition(n int) zap.Field { return zap.Int(lastPosition.Key, n) }

// MessagesStored counts the messages in the store.
func MessagesStored(n int) zap.Field { return zap.Int(messagesStored.Key, n) }

// CatalogueVersion is the Edition of this catalogue.
func CatalogueVersion() zap.Field { return zap.Int(catalogue.Key, Edition) }

// FaultCount counts the faults that happened in a stream.
func FaultCount(n int) zap.Field { return zap.Int(faultCount.Key, n) }

// Seed is the seed of a plan's random numbers.
func Seed(n uint64) zap.Field { return zap.Uint64(seed.Key, n) }

// Count is how many there were of what the event is about.
func Count(n int) zap.Field { return zap.Int(howMany.Key, n) }

// ActiveStreams counts running streams.
func ActiveStreams(n int) zap.Field { return zap.Int(activeStreams.Key, n) }

// Remaining counts the streams that a forced shutdown cut off.
func Remaining(n int) zap.Field { return zap.Int(remaining.Key, n) }

// StreamLimit is the number of streams that may run at once.
func StreamLimit(n int) zap.Field { return zap.Int(streamLimit.Key, n) }

// OpenFileReserve is the number of open files that are kept from streams.
func OpenFileReserve(n int) zap.Field { return zap.Int(openFileReserve.Key, n) }

// OpenFileLimit is the number of files that the process may have open.
func OpenFileLimit(n int) zap.Field { return zap.Int(openFileLimit.Key, n) }

var (
	startupMS  = Field{Key: "startup_ms", Kind: Float, About: "time from the program's start"}
	durationMS = Field{Key: "duration_ms", Kind: Float, About: "how long it took"}
	openFor    = durationMS.with("time from the opening of the message to its end")
	intervalMS = Field{Key: "interval_ms", Kind: Float, About: "time between two chunks; 0 if the chunks of a live message go out as they arrive"}
	outageMS   = Field{Key: "outage_ms", Kind: Float, About: "how long the store was away"}
	ageMS      = Field{Key: "age_ms", Kind: Float, About: "time since the message was submitted"}
	ttfcMS     = Field{Key: "ttfc_ms", Kind: Float, About: "time from the stream's start to its first chunk"}
	lagMS      = Field{Key: "lag_ms", Kind: Float, About: "how far the stream is behind its schedule"}
	maxLagMS   = Field{Key: "max_lag_ms", Kind: Float, About: "how far the stream was behind its schedule at most"}
)

// StartupMS is the time from the program's start until it was ready.
func StartupMS(d time.Duration) zap.Field { return milliseconds(startupMS, d) }

// DurationMS is how long the event's subject took.
func DurationMS(d time.Duration) zap.Field { return milliseconds(durationMS, d) }

// IntervalMS is the time between two chunks.
func IntervalMS(d time.Duration) zap.Field { return milliseconds(intervalMS, d) }

// OutageMS is how long the store was away.
func OutageMS(d time.Duration) zap.Field { return milliseconds(outageMS, d) }

// AgeMS is the time since a message was submitted.
func AgeMS(d time.Duration) zap.Field { return milliseconds(ageMS, d) }

// TTFCMS is the time from a stream's start to its first chunk.
func TTFCMS(d time.Duration) zap.Field { return milliseconds(ttfcMS, d) }

// LagMS is how far a stream is behind its schedule.
func LagMS(d time.Duration) zap.Field { return milliseconds(lagMS, d) }

// MaxLagMS is the furthest that a stream was behind its schedule.
func MaxLagMS(d time.Duration) zap.Field { return milliseconds(maxLagMS, d) }

// milliseconds keeps three decimals: whole microseconds.
func milliseconds(f Field, d time.Duration) zap.Field {
	return zap.Float64(f.Key, float64(d.Microseconds())/1000)
}
