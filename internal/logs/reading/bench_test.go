package reading_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"syscall"
	"testing"
	"time"

	"sseserver/internal/logs/reading"
	"sseserver/internal/logs/story"
	"sseserver/internal/logs/summary"
	"sseserver/internal/logs/verify"

	"github.com/google/uuid"
	"github.com/tidwall/gjson"
)

// BenchmarkLogs compares what reads a log, on logs whose streams were all completed and
// all lost. The last three are what else could read the lines: they make nothing of them.
// MB/cpu-s is what a core does in a second, also on a machine that others use, too.
func BenchmarkLogs(b *testing.B) {
	logs := []struct {
		name string
		text []byte
	}{
		{"whole", sample(`"reason":"completed","chunks":120,"done":true`, `"total":120,"last_position":119`)},
		{"lost", sample(`"reason":"client_gone","chunks":60,"done":false`, `"total":120,"last_position":59`)},
	}
	for _, log := range logs {
		for _, reader := range readers {
			b.Run(log.name+"/"+reader.name, func(b *testing.B) {
				b.SetBytes(int64(len(log.text)))
				b.ReportAllocs()
				before := cpuTime(b)
				for b.Loop() {
					reader.read(b, log.text)
				}
				b.ReportMetric(float64(b.N)*float64(len(log.text))/1e6/(cpuTime(b)-before).Seconds(), "MB/cpu-s")
			})
		}
	}
}

// cpuTime is what the process has used so far.
func cpuTime(b *testing.B) time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

var readers = []struct {
	name string
	read func(*testing.B, []byte)
}{
	{"read", readFields},
	{"summary", func(b *testing.B, log []byte) { readLog(b, log, summary.New().Line) }},
	{"verify", func(b *testing.B, log []byte) {
		readLog(b, log, verify.New(func(p verify.Problem) { b.Fatal(p) }).Line)
	}},
	{"failed", func(b *testing.B, log []byte) {
		failures := story.NewFailures(func(story.Failure) {})
		readLog(b, log, func(l *reading.Line) error { failures.Add(l); return nil })
		failures.End()
	}},
	{"json.Valid", func(b *testing.B, log []byte) { scan(b, log, json.Valid) }},
	{"gjson", func(b *testing.B, log []byte) { scan(b, log, gjsonFields) }},
	{"json.Unmarshal", func(b *testing.B, log []byte) {
		scan(b, log, func(line []byte) bool { var fields map[string]any; return json.Unmarshal(line, &fields) == nil })
	}},
}

func readLog(b *testing.B, log []byte, each func(*reading.Line) error) {
	report, err := reading.Read(b.Context(), reading.Stream("log", bytes.NewReader(log)), each)
	if err != nil || report.BrokenCount > 0 {
		b.Fatal(err, report.Broken)
	}
}

// readFields reads every field of every line.
func readFields(b *testing.B, log []byte) {
	n := 0
	readLog(b, log, func(l *reading.Line) error {
		for i := range l.Shape().Keys() {
			n += len(l.At(i).Kind())
		}
		return nil
	})
}

func gjsonFields(line []byte) bool {
	n := 0
	gjson.ParseBytes(line).ForEach(func(_, _ gjson.Result) bool { n++; return true })
	return n > 0 && gjson.ValidBytes(line)
}

func scan(b *testing.B, log []byte, valid func(line []byte) bool) {
	lines := bufio.NewScanner(bytes.NewReader(log))
	for lines.Scan() {
		if !valid(lines.Bytes()) {
			b.Fatal("not valid")
		}
	}
}

// sample is a log of some 17 MB, of 10 000 streams of which 1 000 run at once. All end
// in the same way.
func sample(end, position string) []byte {
	const streams, running = 10_000, 1000
	var log bytes.Buffer
	at, seq := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), 0
	line := func(text string, values ...any) {
		seq++
		at = at.Add(time.Millisecond)
		fmt.Fprintf(&log, `{"seq":%d,"level":"info","time":"%s","logger":"httpapi",`+text+"}\n",
			append([]any{seq, at.Format("2006-01-02T15:04:05.000000Z")}, values...)...)
	}
	random := rand.NewChaCha8([32]byte{})
	id := func() uuid.UUID { return uuid.Must(uuid.NewRandomFromReader(random)) }
	type stream struct {
		id, message, request uuid.UUID
		client               string
	}
	var open []stream
	shut := func() {
		s := open[0]
		open = open[1:]
		line(`"msg":"stream closed","event":"stream.closed","stream_id":"%s","message_id":"%s","request_id":"%s",`+end+`,"bytes":12004,`+
			`"duration_ms":6001.204,"max_lag_ms":1.204,"resumed":false,"client.address":"%s","kind":"characters","unit":"character",`+position+`,"ttfc_ms":0.52`,
			s.id, s.message, s.request, s.client)
		line(`"msg":"message evicted","event":"message.evicted","message_id":"%s","reason":"ttl","age_ms":3600000,"active_streams":0`, s.message)
	}
	line(`"msg":"starting","event":"server.starting","version":"1","catalogue":2,"config":{"log-level":"info","nats":""}`)
	for i := range streams {
		s, sent := stream{id(), id(), id(), fmt.Sprintf("10.0.%d.%d", i/256%8, i%256)}, id()
		line(`"msg":"message submitted","event":"message.submitted","request_id":"%s","message_id":"%s","bytes":120,"total":120`, sent, s.message)
		line(`"msg":"request","event":"http.request","request_id":"%s","http.request.method":"POST","http.route":"/send","url.path":"/send",`+
			`"client.address":"%s","http.response.status_code":200,"duration_ms":0.21,"message_id":"%s"`, sent, s.client, s.message)
		line(`"msg":"stream opened","event":"stream.opened","stream_id":"%s","message_id":"%s","request_id":"%s","interval_ms":50,"last_event_id":"","first_position":0,`+
			`"client.address":"%s","kind":"characters","unit":"character","total":120,"client.port":40001,"user_agent.original":"Mozilla/5.0"`, s.id, s.message, s.request, s.client)
		line(`"msg":"request","event":"http.request","request_id":"%s","http.request.method":"GET","http.route":"/stream/{messageId}","url.path":"/stream/%s",`+
			`"client.address":"%s","http.response.status_code":200,"duration_ms":0.312,"message_id":"%s","stream_id":"%s"`, s.request, s.message, s.client, s.message, s.id)
		if open = append(open, s); len(open) > running {
			shut()
		}
	}
	for len(open) > 0 {
		shut()
	}
	return log.Bytes()
}
