package reading_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"testing"

	"sseserver/internal/logs/reading"

	"github.com/tidwall/gjson"
)

// sample is a part of a log, as a server writes it, of some 10 MB.
func sample() []byte {
	one := `{"seq":16,"level":"info","time":"2026-01-02T03:04:05.678901Z","logger":"http","msg":"request","event":"http.request",` +
		`"request_id":"0198a1f2-6c1e-7d3b-9d55-2f8f6a1f4a01","http.request.method":"GET","http.route":"GET /stream/{messageId}","url.path":"/stream/5b0e3c0e-8e0f-4f5e-9d5c-2f8f6a1f4a01",` +
		`"http.response.status_code":200,"client.address":"127.0.0.1","duration_ms":0.312,"message_id":"5b0e3c0e-8e0f-4f5e-9d5c-2f8f6a1f4a01","stream_id":"0f0e3c0e-8e0f-4f5e-9d5c-2f8f6a1f4a01"}` + "\n" +
		`{"seq":17,"level":"info","time":"2026-01-02T03:04:05.678901Z","logger":"http","msg":"stream closed","event":"stream.closed",` +
		`"stream_id":"0f0e3c0e-8e0f-4f5e-9d5c-2f8f6a1f4a01","message_id":"5b0e3c0e-8e0f-4f5e-9d5c-2f8f6a1f4a01","request_id":"0198a1f2-6c1e-7d3b-9d55-2f8f6a1f4a01","reason":"completed",` +
		`"kind":"characters","unit":"character","chunks":120,"last_position":119,"total":120,"done":true,"bytes":12004,"duration_ms":6001.204,"ttfc_ms":0.52,"max_lag_ms":1.204,"resumed":false,"client.address":"127.0.0.1"}` + "\n"
	return bytes.Repeat([]byte(one), 8000)
}

func BenchmarkRead(b *testing.B) {
	text := sample()
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		sum := int64(0)
		_, err := reading.Read(b.Context(), reading.Stream("log", bytes.NewReader(text)), func(l *reading.Line) error {
			for i := range l.Shape().Keys() {
				sum += int64(len(l.At(i).Kind()))
			}
			n, _ := l.Int("chunks")
			sum += n + int64(len(l.Text("stream_id")))
			return nil
		})
		if err != nil || sum == 0 {
			b.Fatal(err)
		}
	}
}

// The following are what else could read the lines, to compare: all their fields,
// and nothing made of the lines.

func BenchmarkEncodingJSON(b *testing.B) {
	bare(b, func(line []byte) bool {
		var fields map[string]any
		return json.Unmarshal(line, &fields) == nil
	})
}

func BenchmarkEncodingJSONValid(b *testing.B) {
	bare(b, json.Valid)
}

func BenchmarkGJSON(b *testing.B) {
	bare(b, func(line []byte) bool {
		n := 0
		gjson.ParseBytes(line).ForEach(func(_, _ gjson.Result) bool { n++; return true })
		return n > 0 && gjson.ValidBytes(line)
	})
}

func bare(b *testing.B, scan func(line []byte) bool) {
	text := sample()
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		lines := bufio.NewScanner(bytes.NewReader(text))
		for lines.Scan() {
			if !scan(lines.Bytes()) {
				b.Fatal("not valid")
			}
		}
	}
}
