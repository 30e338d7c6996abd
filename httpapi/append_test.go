package httpapi_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sseserver/broker"
	"sseserver/httpapi"
	"sseserver/httpapi/ssetest"
)

// appends is POST …/chunks, with a query.
func (p *producer) appends(query string) string { return "/messages/" + p.name + "/chunks" + query }

func TestAppend(t *testing.T) {
	onEach(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{})
		p := produce(t, server, "a")
		steps := []struct{ query, mediaType, body, answer string }{
			{"", "text/plain", "bc", `{"status":"ok","position":2,"bytes":3}`},
			{"", "Text/Plain; Charset=\"UTF-8\"", "é", `{"status":"ok","position":3,"bytes":5}`},
			{"", "text/plain;charset=utf-8", "", `{"status":"ok","position":3,"bytes":5}`},
			{"", "", "", `{"status":"ok","position":3,"bytes":5}`}, // nothing has no type
			{"?position=3", "application/json", `{"chunk":"\u00e9"}`, `{"status":"ok","position":4,"bytes":7}`},
			{"?position=4", "application/json; charset=utf-8", ` {"a":[],"ch\u0075nk":"d"} `, `{"status":"ok","position":5,"bytes":8}`},
			{"?position=5", "application/json", `{"chunk":""}`, `{"status":"ok","position":5,"bytes":8}`},
			{"?position=5", "text/plain", "e", `{"status":"ok","position":6,"bytes":9}`},
			{"?complete=false", "text/plain", "\x00\ufeff", `{"status":"ok","position":7,"bytes":13}`},
			{"?position=7&complete", "text/plain", "f", `{"status":"ok","position":8,"bytes":14}`},
		}
		for _, step := range steps {
			ask(t, server, protocol, "POST", p.appends(step.query), step.body, "Content-Type", step.mediaType).wantBody(t, 200, step.answer)
		}
		p.wantChunks(broker.StateComplete, "a", "bc", "é", "é", "d", "e", "\x00\ufeff", "f")
		if line := server.Log.Only("message.completed").Fields; line["chunks"] != int64(8) || line["bytes"] != int64(14) {
			t.Errorf("the log says %v", line)
		}
	})
}

// ?complete ends the message, whatever the body is.
func TestAppendAndComplete(t *testing.T) {
	onEach(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{})
		for _, query := range []string{"?complete", "?complete=", "?complete=true", "?position=1&complete"} {
			for body, header := range map[string][]string{"": nil, "b": asText, `{"chunk":"b"}`: asJSON, `{"chunk":""}`: asJSON} {
				p, want := produce(t, server, "a"), []string{"a"}
				if strings.Contains(body, "b") {
					want = append(want, "b")
				}
				if got := ask(t, server, protocol, "POST", p.appends(query), body, header...); got.StatusCode != 200 {
					t.Errorf("%s, %q: %s, %s", query, body, got.Status, got.body)
				}
				p.wantChunks(broker.StateComplete, want...)
			}
		}
	})
}

// What is refused appends nothing and leaves the message open, even if it was to be
// completed.
func TestAppendBadly(t *testing.T) {
	onEach(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{})
		p := produce(t, server, "a")
		const (
			here     = `"position":1,"bytes":1`
			position = `"parameter":"position","minimum":"0"`
			complete = `"parameter":"complete"`
		)
		tests := []struct {
			query, mediaType, body string
			status                 int
			code, members          string
		}{
			{"?position=0", "text/plain", "b", 409, "position_mismatch", here},
			{"?position=2", "text/plain", "b", 409, "position_mismatch", here},
			{"?position=0", "application/json", `{"chunk":"b"}`, 409, "position_mismatch", here},
			{"?position=0", "application/json", `{"chunk":""}`, 409, "position_mismatch", here},
			{"?position=0", "application/json", "no", 409, "position_mismatch", here},
			{"?position=0", "", "", 409, "position_mismatch", here},
			{"?position=-1", "text/plain", "b", 400, "invalid_parameter", position},
			{"?position=01", "text/plain", "b", 400, "invalid_parameter", position},
			{"?position=", "text/plain", "b", 400, "invalid_parameter", position},
			{"?position=one", "text/plain", "b", 400, "invalid_parameter", position},
			{"?complete=yes", "text/plain", "b", 400, "invalid_parameter", complete},
			{"?complete=1", "text/plain", "b", 400, "invalid_parameter", complete},
			{"?%zz", "text/plain", "b", 400, "invalid_parameter", ""},
			{"?complete", "application/json", `{}`, 400, "message_required", ""},
			{"?complete", "application/json", `{"chunk":null}`, 400, "message_required", ""},
			{"?complete", "application/json", `{"chunk":["b"]}`, 400, "message_required", ""},
			{"?complete", "application/json", `{"message":"b"}`, 400, "message_required", ""},
			{"?complete", "application/json", `{"chunk":"b","chunk":"b"}`, 400, "invalid_json", ""},
			{"?complete", "application/json", `{"chunk":"b"`, 400, "invalid_json", ""},
			{"?complete", "application/json", `{"chunk":"\ud800"}`, 400, "invalid_json", ""},
			{"?complete", "application/json", `"b"`, 400, "invalid_json", ""},
			{"?complete", "application/json", "{\"chunk\":\"b\xff\"}", 400, "invalid_text", here},
			{"?complete", "text/plain", "\xff", 400, "invalid_text", here},
			{"?complete", "text/plain", "\xc3", 400, "invalid_text", here},
			{"?complete", "text/plain; charset=iso-8859-1", "b", 415, "unsupported_media_type", ""},
			{"?complete", "text/html", "b", 415, "unsupported_media_type", ""},
			{"?complete", "application/x-www-form-urlencoded", "b", 415, "unsupported_media_type", ""},
			{"?complete", "", "b", 415, "unsupported_media_type", ""},
		}
		for _, test := range tests {
			got := ask(t, server, protocol, "POST", p.appends(test.query), test.body, "Content-Type", test.mediaType)
			got.wantProblem(t, test.status, test.code)
			got.wantMembers(t, test.members)
		}
		got := ask(t, server, protocol, "POST", p.appends("?complete"), "b", "Content-Type", "text/plain", "Content-Encoding", "gzip")
		got.wantProblem(t, 415, "unsupported_media_type")
		p.wantChunks(broker.StateOpen, "a")
	})
}

// Of a text with a byte that none has, what came before it stays.
func TestInvalidText(t *testing.T) {
	onEach(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{})
		for body, good := range map[string]string{
			"bc\xffd": "bc", "é\xc3": "é", "b\xed\xa0\x80": "b", "👋\xf0\x9f\x91": "👋", "b\xc0\x80": "b", "é\xa9": "é", "\ufffd\xf5": "\ufffd",
		} {
			for _, length := range []bool{true, false} {
				p := produce(t, server, "a")
				var from io.Reader = strings.NewReader(body)
				if !length {
					from = io.MultiReader(from)
				}
				got := askWith(t, server, protocol, "POST", p.appends("?position=1&complete"), from, asText...)
				got.wantProblem(t, 400, "invalid_text")
				message := p.now()
				if got := message.Text.String(); got != "a"+good || message.State != broker.StateOpen {
					t.Errorf("%q: the message is %q, %s; want %q, open", body, got, message.State, "a"+good)
				}
				got.wantMembers(t, fmt.Sprintf(`"position":2,"bytes":%d`, 1+len(good)))
			}
		}
	})
}

// The limit is that of the whole text, whose producer is told where it is.
func TestAppendTooMuch(t *testing.T) {
	onEach(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{API: httpapi.Config{MaxMessageBytes: 100}, Broker: broker.Config{MaxMessageBytes: 100}})
		p := produce(t, server, strings.Repeat("a", 90))
		eleven := strings.Repeat("b", 11)
		for _, refused := range []struct {
			from   io.Reader
			header []string
		}{
			{strings.NewReader(eleven), asText},
			{io.MultiReader(strings.NewReader(eleven)), asText},
			{strings.NewReader(strings.Repeat("b", 200_000)), asText},
			{strings.NewReader(`{"chunk":"` + eleven + `"}`), asJSON},
			{strings.NewReader(`{"chunk":"b"}` + strings.Repeat(" ", 100)), asJSON},
		} {
			got := askWith(t, server, protocol, "POST", p.appends("?complete"), refused.from, refused.header...)
			got.wantProblem(t, 413, "message_too_large")
			got.wantMembers(t, `"position":1,"bytes":90`)
		}
		ask(t, server, protocol, "POST", p.appends("?complete"), eleven[:10], asText...).wantBody(t, 200, `{"status":"ok","position":2,"bytes":100}`)
	})
}

// So it is if there is no room for it among all messages, or those of its client.
func TestAppendToAFullStore(t *testing.T) {
	onEach(t, func(t *testing.T, protocol ssetest.Protocol) {
		for _, limits := range []broker.Config{{MaxBytes: 100}, {MaxBytesPerClient: 100}} {
			server := ssetest.Start(t, ssetest.Config{Broker: limits})
			got := ask(t, server, protocol, "POST", "/messages", `{"message":"`+strings.Repeat("a", 90)+`"}`, asJSON...)
			path := got.Header.Get("Location") + "/chunks?complete"
			for _, body := range []string{strings.Repeat("b", 11), strings.Repeat("b", 50_000)} {
				got = ask(t, server, protocol, "POST", path, body, asText...)
				got.wantProblem(t, 503, "store_full")
				got.wantMembers(t, `"position":1,"bytes":90`)
				got.wantHeader(t, map[string]string{"Retry-After": "5"})
			}
			ask(t, server, protocol, "POST", path, strings.Repeat("b", 10), asText...).wantBody(t, 200, `{"status":"ok","position":2,"bytes":100}`)
		}
	})
}

// A short text is one chunk, though net/http reads it in pieces, unless it pauses.
func TestOnePiece(t *testing.T) {
	inBubbles(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{InMemory: true, Room: 1 << 20})
		for _, length := range []int{1, 4095, 4096, 4097, 10_000, 65_535, 65_536} {
			p, text := produce(t, server, ""), strings.Repeat("é", 32768)[:length-length%2]
			if length%2 > 0 {
				text += "x"
			}
			start := time.Now()
			got := ask(t, server, protocol, "POST", p.appends(""), text, asText...)
			p.wantChunks(broker.StateOpen, text)
			if took := time.Since(start); got.StatusCode != 200 || took > 0 {
				t.Errorf("%d bytes: %s after %v, want it at once", length, got.Status, took)
			}
		}
		p := produce(t, server, "")
		body := post(t, server, protocol, p.appends("?position=0&complete"), 11, asText...)
		for _, pause := range []time.Duration{9 * time.Millisecond, 11 * time.Millisecond, 9 * time.Millisecond, time.Hour / 24, 9 * time.Millisecond} {
			body.say("é")
			time.Sleep(pause)
		}
		p.wantChunks(broker.StateOpen, "éé", "éé")
		body.say("x")
		body.end()
		body.wantBody(t, 200, `{"status":"ok","position":3,"bytes":11}`)
		p.wantChunks(broker.StateComplete, "éé", "éé", "éx")
	})
}

// wantBody checks the whole answer.
func (u upload) wantBody(t *testing.T, status int, body string) {
	t.Helper()
	got, ok := <-u.answers
	if !ok {
		t.Fatal("no answer")
	}
	got.wantBody(t, status, body)
}

// slowToAppend is a broker whose appends last until their clients have left.
type slowToAppend struct{ httpapi.Broker }

func (b slowToAppend) Append(ctx context.Context, id broker.MessageID, at int, chunk string) (*broker.Message, error) {
	message, err := b.Broker.Append(ctx, id, at, chunk)
	if chunk != "" {
		<-ctx.Done()
	}
	return message, err
}

// Whoever has sent all of a body that completes the message need not wait for the
// answer.
func TestCompleteWithoutItsSender(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := ssetest.Start(t, ssetest.Config{
			InMemory: true, Wrap: func(b httpapi.Broker) httpapi.Broker { return slowToAppend{b} },
		})
		p := produce(t, server, "a")
		body := `{"chunk":"b"}`
		conn := sayOn(t, server.Dial(), "", fmt.Sprintf("POST %s HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
			p.appends("?complete"), len(body), body))
		synctest.Wait()
		p.wantChunks(broker.StateOpen, "a", "b")
		conn.Close()
		synctest.Wait()
		p.wantChunks(broker.StateComplete, "a", "b")
	})
}

// A short text that pauses after something that is wrong is answered then.
func TestWrongAndShort(t *testing.T) {
	inBubbles(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{InMemory: true, Broker: broker.Config{MaxBytes: 100}})
		for text, code := range map[string]string{"b\xff": "invalid_text", strings.Repeat("b", 101): "store_full"} {
			p := produce(t, server, "a")
			start := time.Now()
			body := post(t, server, protocol, p.appends("?complete"), 1000, asText...)
			body.say(text)
			got := <-body.answers
			if took := time.Since(start); got.Response == nil || !strings.Contains(got.body, code) || took > time.Second {
				t.Fatalf("%q: %v after %v, want %s", text, got.body, took, code)
			}
			if state := p.now().State; state != broker.StateOpen {
				t.Errorf("the message is %s", state)
			}
			p.delete()
		}
	})
}

// All but the body is checked before that is asked for.
func TestExpectContinue(t *testing.T) {
	server := ssetest.Start(t, ssetest.Config{})
	p := produce(t, server, "a")
	expects := func(query, length string) *bufio.Reader {
		return bufio.NewReader(sayOn(t, server.Dial(), "", "POST "+p.appends(query)+
			" HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\n"+length+"\r\nExpect: 100-continue\r\n\r\n"))
	}
	const unknown = "Transfer-Encoding: chunked"
	wantResponse(t, expects("?position=2", unknown), 409)
	wantResponse(t, expects("?position=x", unknown), 400)
	wantResponse(t, expects("?position=1", "Content-Length: 1048576"), 413) // with the one that is there
	wantResponse(t, expects("", unknown), 100)
	wantResponse(t, expects("?position=1", "Content-Length: 1048575"), 100)
	server.Stop()
}

// Much text waits for its turn to be split, and a line of it does not.
func TestAppendInTurn(t *testing.T) {
	inBubbles(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{InMemory: true, Room: 1 << 20})
		p, other := produce(t, server, ""), produce(t, server, "")
		release := server.API.HoldParsers()
		long := strings.Repeat("x", 20_000)
		text := post(t, server, protocol, p.appends(""), 20_000, asText...)
		text.say(long)
		text.end()
		ask(t, server, protocol, "POST", other.appends(""), "short", asText...)
		ask(t, server, protocol, "POST", other.appends(""), `{"chunk":"short"}`, asJSON...)
		synctest.Wait()
		text.wantNothing(t)
		p.wantChunks(broker.StateOpen)
		release()
		text.wantBody(t, 200, `{"status":"ok","position":1,"bytes":20000}`)
		other.wantChunks(broker.StateOpen, "short", "short")
	})
}
