package h2c_test

import (
	"io"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"sseserver/internal/h2c"

	"golang.org/x/net/http2"
)

// frames are what a client may send, well-formed or not, and what it gets.
var frames = map[string]struct {
	say  func(p *peer)
	want []string
}{
	// RFC 9113 §8: requests.
	"GET":             {func(p *peer) { p.ask(1, "/hello", true) }, []string{"HEADERS 1 200", "DATA 1 5", "DATA 1 0 end"}},
	"no body":         {func(p *peer) { p.ask(1, "/none", true) }, []string{"HEADERS 1 204 end"}},
	"nothing written": {func(p *peer) { p.ask(1, "/", true) }, []string{"HEADERS 1 200 end"}},
	"HEAD":            {func(p *peer) { p.request(1, ":method", "HEAD", ":scheme", "http", ":path", "/hello") }, []string{"HEADERS 1 200 end"}},
	"HEAD of long":    {func(p *peer) { p.request(1, ":method", "HEAD", ":scheme", "http", ":path", "/long") }, []string{"HEADERS 1 200", "DATA 1 0 end"}},
	"OPTIONS *":       {func(p *peer) { p.request(1, ":method", "OPTIONS", ":scheme", "http", ":path", "*") }, []string{"HEADERS 1 200 end"}},
	"CONNECT":         {func(p *peer) { p.request(1, ":method", "CONNECT", ":authority", "a:1") }, []string{"HEADERS 1 200 end"}},
	"Host":            {func(p *peer) { p.request(1, ":method", "GET", ":scheme", "http", ":path", "/", "host", "a") }, []string{"HEADERS 1 200 end"}},
	"TE: trailers":    {func(p *peer) { p.ask(1, "/", true, "te", "trailers") }, []string{"HEADERS 1 200 end"}},
	"panic":           {func(p *peer) { p.ask(1, "/panic", true) }, []string{"RST_STREAM 1 INTERNAL_ERROR"}},
	"abort":           {func(p *peer) { p.ask(1, "/abort", true) }, []string{"HEADERS 1 200", "DATA 1 10000", "RST_STREAM 1 INTERNAL_ERROR"}},
	"body":            {func(p *peer) { p.ask(1, "/echo", false); p.data(1, "Hi", true) }, []string{"HEADERS 1 200", "DATA 1 2", "DATA 1 0 end"}},
	"body not wanted": {func(p *peer) { p.ask(1, "/hello", false) }, []string{"HEADERS 1 200", "DATA 1 5", "DATA 1 0 end"}},
	"trailers":        {func(p *peer) { p.ask(1, "/echo", false); p.data(1, "Hi", false); p.request(1, "x", "y") }, []string{"HEADERS 1 200", "DATA 1 2", "DATA 1 0 end"}},
	"late trailers":   {func(p *peer) { p.ask(1, "/", false); p.rest(); p.request(1, "x", "y") }, []string{"HEADERS 1 200 end"}},
	"100": {func(p *peer) {
		p.ask(1, "/echo", false, "expect", "100-continue")
		p.rest()
		p.data(1, "Hi", true)
	}, []string{"HEADERS 1 100", "HEADERS 1 200", "DATA 1 2", "DATA 1 0 end"}},
	"padding": {func(p *peer) {
		p.ask(1, "/echo", false)
		p.must(p.WriteDataPadded(1, true, []byte("Hi"), make([]byte, 9)))
	}, []string{"HEADERS 1 200", "DATA 1 2", "DATA 1 0 end"}},
	"CONTINUATION":     {func(p *peer) { p.continued(1, 1, 10) }, []string{"HEADERS 1 200 end"}},
	"refused and next": {func(p *peer) { p.ask(1, "/", true, "te", "x"); p.ask(3, "/", true) }, []string{"RST_STREAM 1 PROTOCOL_ERROR", "HEADERS 3 200 end"}},

	// RFC 9113 §8.1.1: malformed ones end their stream.
	"no path":                {func(p *peer) { p.request(1, ":method", "GET", ":scheme", "http") }, protocolError},
	"no method":              {func(p *peer) { p.request(1, ":path", "/", ":scheme", "http") }, protocolError},
	"no scheme":              {func(p *peer) { p.request(1, ":path", "/", ":method", "GET") }, protocolError},
	"path of a wrong form":   {func(p *peer) { p.request(1, ":method", "GET", ":scheme", "http", ":path", "x") }, protocolError},
	"path with a bad escape": {func(p *peer) { p.request(1, ":method", "GET", ":scheme", "http", ":path", "/%zz") }, protocolError},
	"CONNECT with a path":    {func(p *peer) { p.request(1, ":method", "CONNECT", ":authority", "a", ":path", "/") }, protocolError},
	"extended CONNECT":       {func(p *peer) { p.ask(1, "/", true, ":protocol", "websocket") }, protocolError},
	"pseudo field twice":     {func(p *peer) { p.ask(1, "/", true, ":path", "/") }, protocolError},
	"pseudo field unknown":   {func(p *peer) { p.ask(1, "/", true, ":x", "/") }, protocolError},
	"pseudo field late":      {func(p *peer) { p.request(1, "x", "y", ":method", "GET", ":scheme", "http", ":path", "/") }, protocolError},
	"pseudo of a response":   {func(p *peer) { p.ask(1, "/", true, ":status", "200") }, protocolError},
	"upper case":             {func(p *peer) { p.ask(1, "/", true, "X", "y") }, protocolError},
	"Connection":             {func(p *peer) { p.ask(1, "/", true, "connection", "close") }, protocolError},
	"Transfer-Encoding":      {func(p *peer) { p.ask(1, "/", true, "transfer-encoding", "chunked") }, protocolError},
	"TE":                     {func(p *peer) { p.ask(1, "/", true, "te", "gzip") }, protocolError},
	"two hosts":              {func(p *peer) { p.ask(1, "/", true, "host", "b") }, protocolError},
	"user in authority":      {func(p *peer) { p.request(1, ":method", "GET", ":scheme", "http", ":path", "/", ":authority", "a@b") }, protocolError},
	"length of nothing":      {func(p *peer) { p.ask(1, "/", true, "content-length", "1") }, protocolError},
	"length no number":       {func(p *peer) { p.ask(1, "/echo", false, "content-length", "-1") }, protocolError},
	"two lengths":            {func(p *peer) { p.ask(1, "/echo", false, "content-length", "1", "content-length", "1") }, protocolError},
	"body too long":          {func(p *peer) { p.ask(1, "/hang", false, "content-length", "1"); p.data(1, "Hi", false) }, protocolError},
	"body too short":         {func(p *peer) { p.ask(1, "/hang", false, "content-length", "3"); p.data(1, "Hi", true) }, protocolError},
	"trailers not the end":   {func(p *peer) { p.ask(1, "/hang", false); p.ask(1, "/", false) }, protocolError},
	"trailers with a path":   {func(p *peer) { p.ask(1, "/hang", false); p.ask(1, "/", true) }, protocolError},
	"depends on itself": {func(p *peer) {
		p.must(p.WriteHeaders(http2.HeadersFrameParam{
			StreamID: 1, EndHeaders: true, EndStream: true, Priority: http2.PriorityParam{StreamDep: 1},
			BlockFragment: block(":method", "GET", ":scheme", "http", ":path", "/"),
		}))
	}, protocolError},

	// RFC 9113 §5.1: states, and numbers of streams.
	"even number":           {func(p *peer) { p.ask(2, "/", true) }, broken(0, "PROTOCOL_ERROR")},
	"number too low":        {func(p *peer) { p.ask(5, "/hang", true); p.ask(3, "/", true) }, broken(5, "PROTOCOL_ERROR")},
	"number used":           {func(p *peer) { p.ask(1, "/", true); p.rest(); p.take(); p.ask(1, "/", true) }, broken(1, "STREAM_CLOSED")},
	"DATA on idle":          {func(p *peer) { p.data(1, "Hi", true) }, broken(0, "PROTOCOL_ERROR")},
	"DATA on ours":          {func(p *peer) { p.data(2, "Hi", true) }, broken(0, "PROTOCOL_ERROR")},
	"DATA on 0":             {func(p *peer) { p.data(0, "Hi", true) }, broken(0, "PROTOCOL_ERROR")},
	"DATA after the end":    {func(p *peer) { p.ask(1, "/hang", true); p.data(1, "Hi", true) }, []string{"RST_STREAM 1 STREAM_CLOSED"}},
	"HEADERS after the end": {func(p *peer) { p.ask(1, "/hang", true); p.request(1, "x", "y") }, []string{"RST_STREAM 1 STREAM_CLOSED"}},
	"DATA after a reset":    {func(p *peer) { p.ask(1, "/hang", false); p.reset(1); p.data(1, "Hi", true) }, []string{"RST_STREAM 1 STREAM_CLOSED"}},
	"RST_STREAM on idle":    {func(p *peer) { p.reset(1) }, broken(0, "PROTOCOL_ERROR")},
	"RST_STREAM twice":      {func(p *peer) { p.ask(1, "/hang", true); p.reset(1); p.reset(1) }, nil},
	"WINDOW_UPDATE on idle": {func(p *peer) { p.must(p.WriteWindowUpdate(1, 1)) }, broken(0, "PROTOCOL_ERROR")},
	"WINDOW_UPDATE after":   {func(p *peer) { p.ask(1, "/hang", true); p.reset(1); p.must(p.WriteWindowUpdate(1, 1)) }, nil},

	// RFC 9113 §6.9: windows.
	"WINDOW_UPDATE of 0":           {func(p *peer) { p.ask(1, "/hang", true); p.must(p.WriteWindowUpdate(1, 0)) }, protocolError},
	"WINDOW_UPDATE of 0 on idle":   {func(p *peer) { p.must(p.WriteWindowUpdate(1, 0)) }, broken(0, "PROTOCOL_ERROR")},
	"WINDOW_UPDATE of 0 for all":   {func(p *peer) { p.must(p.WriteWindowUpdate(0, 0)) }, broken(0, "PROTOCOL_ERROR")},
	"window too large":             {func(p *peer) { p.ask(1, "/hang", true); p.must(p.WriteWindowUpdate(1, 1<<31-1)) }, []string{"RST_STREAM 1 FLOW_CONTROL_ERROR"}},
	"window too large for all":     {func(p *peer) { p.must(p.WriteWindowUpdate(0, 1<<31-1)) }, broken(0, "FLOW_CONTROL_ERROR")},
	"initial window beyond limits": {func(p *peer) { p.set(http2.SettingInitialWindowSize, 1<<31) }, broken(0, "FLOW_CONTROL_ERROR")},
	"initial window too large": {func(p *peer) {
		p.ask(1, "/hang", true)
		p.must(p.WriteWindowUpdate(1, 1))
		p.set(http2.SettingInitialWindowSize, 1<<31-1)
	}, broken(1, "FLOW_CONTROL_ERROR")},

	// RFC 9113 §6: other frames.
	"PING":               {func(p *peer) { p.must(p.WritePing(false, [8]byte([]byte("12345678")))) }, []string{"PING 12345678"}},
	"PING ack":           {func(p *peer) { p.must(p.WritePing(true, [8]byte{})) }, nil},
	"PING on a stream":   {func(p *peer) { p.must(p.WriteRawFrame(http2.FramePing, 0, 1, make([]byte, 8))) }, broken(0, "PROTOCOL_ERROR")},
	"PING too long":      {func(p *peer) { p.must(p.WriteRawFrame(http2.FramePing, 0, 0, make([]byte, 9))) }, broken(0, "FRAME_SIZE_ERROR")},
	"SETTINGS":           {func(p *peer) { p.set(http2.SettingMaxFrameSize, 1<<20) }, []string{"SETTINGS ack"}},
	"SETTINGS unknown":   {func(p *peer) { p.set(0xFF, 1) }, []string{"SETTINGS ack"}},
	"SETTINGS ack":       {func(p *peer) { p.must(p.WriteSettingsAck()) }, nil},
	"SETTINGS wrong":     {func(p *peer) { p.set(http2.SettingMaxFrameSize, 1) }, broken(0, "PROTOCOL_ERROR")},
	"ENABLE_PUSH wrong":  {func(p *peer) { p.set(http2.SettingEnablePush, 2) }, broken(0, "PROTOCOL_ERROR")},
	"PRIORITY":           {func(p *peer) { p.must(p.WritePriority(9, http2.PriorityParam{StreamDep: 3})) }, nil},
	"PRIORITY of itself": {func(p *peer) { p.ask(1, "/hang", true); p.must(p.WritePriority(1, http2.PriorityParam{StreamDep: 1})) }, protocolError},
	"GOAWAY":             {func(p *peer) { p.must(p.WriteGoAway(0, 0, nil)); p.ask(1, "/", true) }, []string{"HEADERS 1 200 end"}},
	"PUSH_PROMISE": {func(p *peer) {
		p.must(p.WritePushPromise(http2.PushPromiseParam{StreamID: 1, PromiseID: 2, EndHeaders: true}))
	}, broken(0, "PROTOCOL_ERROR")},
	"unknown":            {func(p *peer) { p.must(p.WriteRawFrame(0xFF, 0, 1, []byte("Hi"))) }, nil},
	"CONTINUATION alone": {func(p *peer) { p.must(p.WriteContinuation(1, true, nil)) }, broken(0, "PROTOCOL_ERROR")},
	"not a CONTINUATION": {func(p *peer) {
		p.must(p.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: block(":method", "GET")}))
		p.must(p.WritePing(false, [8]byte{}))
	}, broken(0, "PROTOCOL_ERROR")},
	"frame too long": {func(p *peer) { p.must(p.WriteRawFrame(http2.FrameData, 0, 1, make([]byte, 16<<10+1))) }, broken(0, "FRAME_SIZE_ERROR")},
	"not HPACK": {func(p *peer) {
		p.must(p.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, EndHeaders: true, BlockFragment: []byte{0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF}}))
	}, broken(0, "COMPRESSION_ERROR")},

	// What is too much.
	"long header":       {func(p *peer) { p.continued(1, 7, 10_000) }, []string{"HEADERS 1 431", "DATA 1 32", "DATA 1 0 end"}},
	"very long header":  {func(p *peer) { p.continued(1, 20, 10_000) }, broken(0, "PROTOCOL_ERROR")},
	"beyond the window": {func(p *peer) { p.ask(1, "/hang", false); p.fill(1, 65536) }, broken(1, "FLOW_CONTROL_ERROR")},
	"beyond the window of a stream": {func(p *peer) {
		// Both have read as much, for which that of the connection opens again.
		p.ask(1, "/part", false)
		p.fill(1, 20_000)
		p.ask(3, "/part", false)
		p.fill(3, 20_000)
		p.rest()
		p.fill(1, 45_536)
		if got := p.take(); p.gate != nil && !slices.Contains(got, "RST_STREAM 1 FLOW_CONTROL_ERROR") {
			p.t.Errorf("got %q", got)
		}
	}, nil},
	"padding does not use windows up": {func(p *peer) {
		p.ask(1, "/echo", false)
		for range 1000 {
			p.must(p.WriteDataPadded(1, false, []byte("x"), make([]byte, 255)))
		}
		p.data(1, "", true)
		for i, frame := range p.take() {
			if i > 20 || strings.Contains(frame, "ERROR") {
				p.t.Errorf("got %s", frame)
			}
		}
	}, nil},
}

// protocolError is how a malformed request on stream 1 ends.
var protocolError = []string{"RST_STREAM 1 PROTOCOL_ERROR"}

// broken is how a connection ends whose client broke the rules.
func broken(lastID int, code string) []string {
	return []string{"GOAWAY " + string(rune('0'+lastID)) + " " + code, "closed"}
}

func TestFrames(t *testing.T) {
	for name, test := range frames {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(p *peer) {
				test.say(p)
				p.want(test.want...)
				if test.want == nil || test.want[len(test.want)-1] != "closed" { // nothing else has noticed
					p.ask(101, "/hello", true)
					p.want("HEADERS 101 200", "DATA 101 5", "DATA 101 0 end")
				}
			})
		})
	}
}

// request sends a whole request that has just these fields.
func (p *peer) request(id uint32, fields ...string) {
	p.t.Helper()
	p.must(p.WriteHeaders(http2.HeadersFrameParam{StreamID: id, EndStream: true, EndHeaders: true, BlockFragment: block(fields...)}))
}

// continued sends a request with n further frames of fields, each of size bytes.
func (p *peer) continued(id uint32, n, size int) {
	p.t.Helper()
	p.must(p.WriteHeaders(http2.HeadersFrameParam{
		StreamID: id, EndStream: true, BlockFragment: block(":method", "GET", ":scheme", "http", ":path", "/"),
	}))
	for i := range n {
		if p.WriteContinuation(id, i == n-1, block("x", strings.Repeat("~", size))) != nil {
			return // it was told not to
		}
	}
}

func (p *peer) data(id uint32, text string, ends bool) {
	p.t.Helper()
	p.must(p.WriteData(id, ends, []byte(text)))
}

// fill sends so many bytes of a body.
func (p *peer) fill(id uint32, size int) {
	p.t.Helper()
	for ; size > 0; size -= 10_000 {
		p.data(id, strings.Repeat("x", min(size, 10_000)), false)
	}
}

func (p *peer) reset(id uint32) {
	p.t.Helper()
	p.must(p.WriteRSTStream(id, http2.ErrCodeCancel))
}

func (p *peer) set(id http2.SettingID, value uint32) {
	p.t.Helper()
	p.must(p.WriteSettings(http2.Setting{ID: id, Val: value}))
}

// A client begins with the preface and its settings (RFC 9113 §3.4).
func TestPreface(t *testing.T) {
	tests := map[string]func(p *peer){
		"other text":   func(p *peer) { _, _ = io.WriteString(p.conn, "GET / HTTP/1.1\r\n") },
		"PING":         func(p *peer) { _, _ = io.WriteString(p.conn, restOfPreface); _ = p.WritePing(false, [8]byte{}) },
		"SETTINGS ack": func(p *peer) { _, _ = io.WriteString(p.conn, restOfPreface); _ = p.WriteSettingsAck() },
	}
	for name, say := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := dial(t, h2c.Config{}, 1<<20)
				say(p)
				p.want("SETTINGS", "GOAWAY 0 PROTOCOL_ERROR", "closed")
			})
		})
	}
}
