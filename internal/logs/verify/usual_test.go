package verify_test

import (
	"bytes"
	"fmt"
	"time"
)

// usual is the log of so many usual streams, one after the other, of a process that
// still runs.
func usual(streams int) []byte {
	var log bytes.Buffer
	at, seq := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), 0
	line := func(text string, ids ...any) {
		seq++
		at = at.Add(time.Millisecond)
		fmt.Fprintf(&log, `{"seq":%d,"level":"info","time":"%s","logger":"httpapi",`+text+"}\n",
			append([]any{seq, at.Format("2006-01-02T15:04:05.000000Z07:00")}, ids...)...)
	}
	line(`"msg":"starting","event":"server.starting","version":"1","catalogue":2,"config":{"log-level":"info","nats":""}`)
	for i := range streams {
		message, stream := fmt.Sprintf("01000000-0000-4000-8000-%012x", i), fmt.Sprintf("02000000-0000-4000-8000-%012x", i)
		request, other := fmt.Sprintf("03000000-0000-4000-8000-%012x", i), fmt.Sprintf("04000000-0000-4000-8000-%012x", i)
		line(`"msg":"message submitted","event":"message.submitted","request_id":"%s","message_id":"%s","bytes":120,"total":120`, request, message)
		line(`"msg":"request","event":"http.request","request_id":"%s","http.request.method":"POST","http.route":"/send","url.path":"/send",`+
			`"client.address":"127.0.0.1","http.response.status_code":200,"duration_ms":0.21,"message_id":"%s"`, request, message)
		line(`"msg":"stream opened","event":"stream.opened","stream_id":"%s","message_id":"%s","request_id":"%s","interval_ms":50,"last_event_id":"","first_position":0,`+
			`"client.address":"127.0.0.1","kind":"characters","unit":"character","total":120,"client.port":40001,"user_agent.original":"Mozilla/5.0"`, stream, message, other)
		line(`"msg":"request","event":"http.request","request_id":"%s","http.request.method":"GET","http.route":"/stream/{messageId}","url.path":"/stream/%s",`+
			`"client.address":"127.0.0.1","http.response.status_code":200,"duration_ms":0.312,"message_id":"%s","stream_id":"%s"`, other, message, message, stream)
		line(`"msg":"stream closed","event":"stream.closed","stream_id":"%s","message_id":"%s","request_id":"%s","reason":"completed","chunks":120,"done":true,"bytes":12004,`+
			`"duration_ms":6001.204,"max_lag_ms":1.204,"resumed":false,"client.address":"127.0.0.1","kind":"characters","unit":"character","total":120,"last_position":119,"ttfc_ms":0.52`,
			stream, message, other)
		line(`"msg":"message evicted","event":"message.evicted","message_id":"%s","reason":"ttl","age_ms":3600000,"active_streams":0`, message)
	}
	return log.Bytes()
}
