package main

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"sseserver/httpapi/ssetest"
)

// onEachPipe is onEachProtocol for tests that need curl.
func onEachPipe(t *testing.T, flags []string, test func(t *testing.T, from writer)) {
	needCurl(t)
	onEachProtocol(t, flags, test)
}

// appended is the answer to a pipe that has brought the message to so much.
func appended(chunks, bytes int) string {
	return fmt.Sprintf(`{"status":"ok","position":%d,"bytes":%d}`, chunks, bytes)
}

// What a producer says into a pipe is at the readers before it says more. The end
// of the pipe is that of the message.
func TestPipe(t *testing.T) {
	onEachPipe(t, nil, func(t *testing.T, from writer) {
		id := from.begin()
		chunks, words := from.stream("/stream/"+id), from.stream("/stream/"+id+"?unit=word")
		chunks.WantOpening()
		words.WantOpening()
		pipe := from.pipe(id, "?complete")
		pipe.say("Hell")
		chunks.WantChunk(0, "Hell")
		pipe.say("o \xf0\x9f") // the beginning of a code point
		chunks.WantChunk(1, "o ")
		if now := from.status(id); now.State != "open" || now.Chunks != 2 || now.Bytes != 6 {
			t.Errorf("while the pipe is open: %+v", now)
		}
		pipe.say("\x91\x8b\n")
		chunks.WantChunk(2, "👋\n")
		words.WantChunk(0, "Hello ")
		pipe.end()
		pipe.want("200", appended(3, 11))
		words.WantChunk(1, "👋\n")
		chunks.WantDone()
		words.WantDone()
		from.wantText(id, "Hello 👋\n")
		if now := from.status(id); now.State != "complete" || now.Chunks != 3 || now.Bytes != 11 {
			t.Errorf("after the pipe: %+v", now)
		}
	})
}

// The death of a producer ends its pipe as its own end does: curl cannot tell.
func TestPipeOfKilledProducer(t *testing.T) {
	onEachPipe(t, nil, func(t *testing.T, from writer) {
		id := from.begin()
		reader := from.stream("/stream/" + id)
		reader.WantOpening()
		pipe := from.pipe(id, "?complete")
		pipe.say("Hello")
		reader.WantChunk(0, "Hello")
		kill(pipe.producer)
		pipe.want("200", appended(1, 5))
		reader.WantDone()
	})
}

// The death of curl breaks the pipe. What has come stays, the message is not
// complete, and another pipe goes on where the first one was.
func TestKilledPipe(t *testing.T) {
	onEachPipe(t, []string{"--log-level=debug"}, func(t *testing.T, from writer) {
		id := from.begin()
		reader := from.stream("/stream/" + id)
		reader.WantOpening()
		broken := from.pipe(id, "?complete")
		broken.say("Hello \xf0\x9f")
		reader.WantChunk(0, "Hello ")
		kill(broken.curl)
		from.server.log.awaitLine("http.request", "/messages/{messageId}/chunks")
		now := from.status(id)
		if now.State != "open" || now.Chunks != 1 || now.Bytes != len("Hello ") {
			t.Errorf("after the pipe: %+v", now)
		}
		next := from.pipe(id, fmt.Sprintf("?complete&position=%d", now.Chunks))
		next.say("👋")
		reader.WantChunk(1, "👋")
		next.end()
		next.want("200", appended(2, 10))
		reader.WantDone()
		from.wantText(id, "Hello 👋")
	})
}

// A producer that says nothing for --producer-timeout is gone, be it a pipe or one
// that calls again and again and never completes.
func TestSilentProducers(t *testing.T) {
	flags := []string{"--producer-timeout=2s", "--admin-addr=127.0.0.1:0"}
	onEachPipe(t, flags, func(t *testing.T, from writer) {
		piped, called := from.begin(), from.begin()
		reader := from.stream("/stream/" + piped)
		reader.WantOpening()
		pipe := from.pipe(piped, "?complete")
		pipe.say("Hello")
		from.want(200, appended(1, 2), "POST", "/messages/"+called+"/chunks", `{"chunk":"Hi"}`, "Content-Type", asJSON)
		reader.WantChunk(0, "Hello")
		reader.WantFailed("producer_gone")
		reader = from.stream("/stream/" + called)
		reader.WantOpening()
		reader.WantChunk(0, "Hi")
		reader.WantFailed("producer_gone")

		pipe.end() // which is when curl looks for an answer
		if status, body := pipe.answer(); status != "408" && status != "409" || !strings.Contains(body, `"position":1,"bytes":5`) {
			t.Errorf("curl says %s, %s", status, body)
		}
		for _, line := range from.server.log.await("message.failed", 2) {
			if line["reason"] != "producer_gone" || line["level"] != "warn" || line["chunks"] != 1.0 || line["duration_ms"].(float64) < 2000 {
				t.Errorf("the log says %v", line)
			}
		}
		for _, line := range from.server.log.await("stream.closed", 2) {
			if line["reason"] != "message_failed" {
				t.Errorf("the log says %v", line)
			}
		}
		admin := from.server.caller(t, ssetest.HTTP1).at(from.server.admin)
		_, metrics := admin.want(200, "sseserver_live_messages 0\n", "GET", "/metrics", "")
		for _, line := range []string{
			"sseserver_chunks_appended_total 2", "sseserver_messages_submitted_total 2",
			`sseserver_streams_closed_total{kind="characters",reason="message_failed"} 2`,
		} {
			if !strings.Contains(metrics, line+"\n") {
				t.Errorf("/metrics lacks %s", line)
			}
		}
	})
}

// Two producers of one message take turns: all that either says is in it, in order.
func TestTwoPipes(t *testing.T) {
	onEachPipe(t, nil, func(t *testing.T, from writer) {
		id := from.begin()
		reader := from.stream("/stream/" + id)
		reader.WantOpening()
		one, two := from.pipe(id, ""), from.pipe(id, "")
		var digits, letters strings.Builder
		for i := range 1000 {
			number := strconv.Itoa(i)
			digits.WriteString(number)
			one.say(number)
			word := strings.Map(func(digit rune) rune { return digit - '0' + 'a' }, number)
			letters.WriteString(word)
			two.say(word)
		}
		for _, pipe := range []*curlPipe{one, two} {
			pipe.end()
			pipe.want("200", `"status":"ok"`)
		}
		now := from.status(id)
		from.want(200, `"complete"`, "POST", "/messages/"+id+"/complete", "")
		text, chunks := wantChunks(t, reader)
		isDigit := func(r rune) bool { return r < 'a' }
		if got := strings.Map(only(isDigit), text); got != digits.String() {
			t.Errorf("of one producer came %s", got)
		}
		if got := strings.Map(only(func(r rune) bool { return !isDigit(r) }), text); got != letters.String() {
			t.Errorf("of the other producer came %s", got)
		}
		if chunks != now.Chunks || len(text) != now.Bytes {
			t.Errorf("%d chunks of %d bytes came, and there are %+v", chunks, len(text), now)
		}
	})
}

// only returns a mapping that drops all else.
func only(wanted func(rune) bool) func(rune) rune {
	return func(r rune) rune {
		if wanted(r) {
			return r
		}
		return -1
	}
}

// wantChunks wants the rest of the stream to be chunks at all positions from 0, and
// done. It returns what they spell.
func wantChunks(t *testing.T, stream *ssetest.Stream) (text string, chunks int) {
	t.Helper()
	events, err := stream.All()
	if err != nil || len(events) == 0 || events[len(events)-1].Name != "done" {
		t.Fatalf("%v, %v", events, err)
	}
	for position, event := range events[:len(events)-1] {
		var data struct {
			Chunk    string
			Position int
		}
		if err := json.Unmarshal([]byte(event.Data), &data); err != nil || data.Position != position || event.ID != strconv.Itoa(position) {
			t.Errorf("at %d: %v, %v", position, event, err)
		}
		text += data.Chunk
	}
	return text, len(events) - 1
}

// What a pipe cannot append is told at once. What came before that stays, as the
// answer says, and the message goes on.
func TestBadPipes(t *testing.T) {
	sixty := strings.Repeat("x", 60)
	tests := []struct {
		query  string
		stands []string // what is said first, and stays
		bad    string   // what is said then
		status string
		code   string
	}{
		{"?complete", nil, "\xe2\x82", "400", "invalid_text"},
		{"?complete", []string{"ab"}, "cd\xe2\x82", "400", "invalid_text"},
		{"?complete", []string{"ab", "c"}, "\xffcd", "400", "invalid_text"},
		{"?complete", []string{sixty}, sixty, "413", "message_too_large"},
		{"?complete&position=2", nil, "ab", "409", "position_mismatch"},
		{"?complete&position=0", nil, "ab", "409", "position_mismatch"},
	}
	onEachPipe(t, []string{"--max-message-bytes=100"}, func(t *testing.T, from writer) {
		for _, test := range tests {
			id := from.begin()
			from.want(200, appended(1, 1), "POST", "/messages/"+id+"/chunks", "-", "Content-Type", "text/plain")
			reader := from.stream("/stream/" + id)
			reader.WantOpening()
			reader.WantChunk(0, "-")
			pipe, text := from.pipe(id, test.query), "-"
			for i, said := range test.stands {
				pipe.say(said)
				reader.WantChunk(1+i, said)
				text += said
			}
			pipe.say(test.bad)
			pipe.end()
			if strings.HasPrefix(test.bad, "cd") { // which is text
				reader.WantChunk(2, "cd")
				text += "cd"
			}
			_, answer := pipe.answer()
			now := from.status(id)
			pipe.want(test.status, fmt.Sprintf(`"code":"%s","position":%d,"bytes":%d}`, test.code, now.Chunks, len(text)))
			if now.State != "open" || now.Bytes != len(text) {
				t.Errorf("after %s: %+v", answer, now)
			}
			next := from.pipe(id, fmt.Sprintf("?complete&position=%d", now.Chunks))
			next.say(".")
			next.end()
			next.want("200", appended(now.Chunks+1, len(text)+1))
			from.wantText(id, text+".")
			reader.WantChunk(now.Chunks, ".")
			reader.WantDone()
		}
	})
}

// Where there is nothing to append to, the pipe is told so: from its
// beginning, or as soon as that is so.
func TestPipeOfNoMessage(t *testing.T) {
	onEachPipe(t, nil, func(t *testing.T, from writer) {
		const closed = `"code":"message_closed","position":1,"bytes":2,"state":"complete"`
		done := from.begin()
		from.want(200, appended(1, 2), "POST", "/messages/"+done+"/chunks?complete", `{"chunk":"Hi"}`, "Content-Type", asJSON)
		failed := from.begin()
		from.want(200, `"failed","reason":"no paper"}`, "POST", "/messages/"+failed+"/fail", `{"reason":"no paper"}`, "Content-Type", asJSON)
		_, answer := from.want(200, "ok", "POST", "/send", `{"message":"Hi"}`, "Content-Type", asJSON)
		for _, test := range []struct{ id, status, want string }{
			{"3f2b8c1e-0000-4000-8000-000000000000", "404", `"code":"message_not_found"}`},
			{"what", "404", `"code":"message_not_found"}`},
			{done, "409", closed},
			{uuidIn.FindString(answer), "409", `"state":"complete"`},
			{failed, "409", `"code":"message_closed","position":0,"bytes":0,"state":"failed"`},
		} {
			pipe := from.pipe(test.id, "?complete")
			pipe.say("more")
			pipe.end()
			pipe.want(test.status, test.want)
		}
		from.wantText(done, "Hi")

		ended, deleted := from.begin(), from.begin()
		pipes := []*curlPipe{from.pipe(ended, ""), from.pipe(deleted, "")}
		var readers []*ssetest.Stream
		for i, id := range []string{ended, deleted} {
			reader := from.stream("/stream/" + id)
			reader.WantOpening()
			pipes[i].say("Hi")
			reader.WantChunk(0, "Hi")
			readers = append(readers, reader)
		}
		from.want(200, `"complete"`, "POST", "/messages/"+ended+"/complete", "")
		from.want(204, "", "DELETE", "/messages/"+deleted, "")
		readers[0].WantDone()
		readers[1].WantEnd()
		for i, want := range [][]string{{"409", closed}, {"404", `"code":"message_not_found"}`}} {
			pipes[i].say("more")
			pipes[i].end()
			pipes[i].want(want[0], want[1])
		}
	})
}
