package httpapi_test

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"sseserver/actors"
	"sseserver/broker"
	"sseserver/httpapi"
	"sseserver/httpapi/ssetest"
)

// pipe begins to append a text whose length nobody knows.
func pipe(t *testing.T, server *ssetest.Server, protocol ssetest.Protocol, path string) upload {
	return post(t, server, protocol, path, -1, asText...)
}

// What arrives is appended as it arrives, and seen by those who read then. A code
// point that the network has cut is whole.
func TestPipe(t *testing.T) {
	inBubbles(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{InMemory: true})
		p := produce(t, server, "")
		stream := server.Open(protocol, p.path("/stream/?unit=chunk"))
		stream.WantOpening()
		body := pipe(t, server, protocol, p.appends("?position=0&complete"))
		start := time.Now()
		for _, said := range []string{"one", " tw\xc3", "\xb6", "\xf0", "\x9f", "\x91", "\x8b!", "two"} {
			body.say(said)
		}
		chunks := []string{"one", " tw", "ö", "👋!", "two"}
		p.wantChunks(broker.StateOpen, chunks...)
		if took := time.Since(start); took > 0 {
			t.Errorf("it took %v", took)
		}
		body.end()
		body.wantBody(t, 200, `{"status":"ok","position":5,"bytes":16}`)
		for i, got := range spelled(t, stream) {
			if want := fmt.Sprintf(`,"chunk":"%s","position":%d`, chunks[i], i); !strings.Contains(got, want) {
				t.Errorf("a reader got %s, want %s", got, want)
			}
		}
		p.wantChunks(broker.StateComplete, chunks...)
	})
}

// Chunks are of 64 KiB at most, and end between two code points.
func TestLongPipe(t *testing.T) {
	inBubbles(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{InMemory: true, Room: 1 << 20})
		text := "x" + strings.Repeat("👋", 100_000)
		for _, length := range []int64{int64(len(text)), -1} {
			p := produce(t, server, "")
			body := post(t, server, protocol, p.appends(""), length, asText...)
			body.say(text)
			body.end()
			if got := <-body.answers; got.StatusCode != 200 {
				t.Fatal(got.body)
			}
			chunks := 0
			source := p.now().Text.Source(actors.Appended)
			for _, chunk, supply := source.Next(); supply == actors.Ready; _, chunk, supply = source.Next() {
				if chunks++; len(chunk) > 64<<10 || !utf8.ValidString(chunk) {
					t.Errorf("chunk %d has %d bytes, valid: %t", chunks, len(chunk), utf8.ValidString(chunk))
				}
			}
			if got := p.now().Text.String(); got != text {
				t.Errorf("%d bytes, and not the %d that were sent", len(got), len(text))
			}
		}
	})
}

// A pipe may last for hours, as long as it does not stop.
func TestPipeForHours(t *testing.T) {
	inBubbles(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{InMemory: true})
		p := produce(t, server, "")
		body := pipe(t, server, protocol, p.appends("?complete"))
		for range 60 {
			body.say("x")
			time.Sleep(4 * time.Minute)
		}
		body.end()
		body.wantBody(t, 200, `{"status":"ok","position":60,"bytes":60}`)
		if line := server.Log.Only("message.completed").Fields; line["duration_ms"] != 4*3600*1000.0 {
			t.Errorf("the log says %v", line)
		}
	})
}

// One that stops is given up after its message.
func TestPipeThatStops(t *testing.T) {
	inBubbles(t, func(t *testing.T, protocol ssetest.Protocol) {
		const patience = 90 * time.Second
		server := ssetest.Start(t, ssetest.Config{
			InMemory: true, Broker: broker.Config{ProducerTimeout: patience},
		})
		for _, said := range []string{"", "one"} {
			p := produce(t, server, "")
			body := pipe(t, server, protocol, p.appends("?complete"))
			body.say(said)
			start := time.Now()
			got := <-body.answers
			got.wantProblem(t, 408, "request_timeout")
			if took := time.Since(start); took != patience+10*time.Second {
				t.Errorf("%s after %v, want %v", got.body, took, patience+10*time.Second)
			}
			if said == "" {
				got.wantMembers(t, `"position":0,"bytes":0`)
			} else {
				got.wantMembers(t, `"position":1,"bytes":3`)
			}
			synctest.Wait()
			if now := p.now(); now.State != broker.StateFailed || now.Reason != "producer_gone" {
				t.Errorf("the message is %s, %q", now.State, now.Reason)
			}
		}
	})
}

// One that is silent lasts as long as other requests keep its message open.
func TestSilentPipeBesideAJob(t *testing.T) {
	inBubbles(t, func(t *testing.T, protocol ssetest.Protocol) {
		const patience = 90 * time.Second
		server := ssetest.Start(t, ssetest.Config{InMemory: true, Broker: broker.Config{ProducerTimeout: patience}})
		p := produce(t, server, "")
		body, stopped := pipe(t, server, protocol, p.appends("?complete=false")), pipe(t, server, protocol, p.appends(""))
		body.say("one")
		for percent := range 10 {
			time.Sleep(patience - 1)
			p.put(percent, "")
		}
		body.say("two")
		body.end()
		body.wantBody(t, 200, `{"status":"ok","position":2,"bytes":6}`)
		start := time.Now()
		got := <-stopped.answers
		got.wantProblem(t, 408, "request_timeout")
		got.wantMembers(t, `"position":2,"bytes":6`)
		if took := time.Since(start); took != patience+10*time.Second {
			t.Errorf("the other was given up after %v, want %v", took, patience+10*time.Second)
		}
	})
}

// A JSON body has ten seconds, and is answered with where the message is.
func TestAppendJSONSlowly(t *testing.T) {
	inBubbles(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{InMemory: true})
		p := produce(t, server, "a")
		start := time.Now()
		body := post(t, server, protocol, p.appends("?complete"), -1, asJSON...)
		body.say(`{"chunk":`)
		got := <-body.answers
		got.wantProblem(t, 408, "request_timeout")
		got.wantMembers(t, `"position":1,"bytes":1`)
		if took := time.Since(start); took != 10*time.Second {
			t.Errorf("given up after %v, want 10s", took)
		}
		p.wantChunks(broker.StateOpen, "a")
	})
}

// Of a pipe that breaks what came stays. The message is not completed, and another
// pipe goes on.
func TestBrokenPipe(t *testing.T) {
	inBubbles(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{InMemory: true})
		p := produce(t, server, "")
		broken := pipe(t, server, protocol, p.appends("?complete"))
		broken.say("one ")
		broken.say("tw\xc3")
		broken.leave()
		synctest.Wait()
		p.wantChunks(broker.StateOpen, "one ", "tw")
		if line := server.Log.Only("http.request_rejected").Fields; line["code"] != "client_gone" {
			t.Errorf("the log says %v", line)
		}
		wrong := ask(t, server, protocol, "POST", p.appends("?position=0"), "", asText...)
		wrong.wantMembers(t, `"position":2,"bytes":6`)
		next := pipe(t, server, protocol, p.appends("?position=2&complete"))
		next.say("o")
		next.end()
		next.wantBody(t, 200, `{"status":"ok","position":3,"bytes":7}`)
		p.wantChunks(broker.StateComplete, "one ", "tw", "o")
	})
}

// The same on bare connections, whose end may also be a half one, or be followed by
// nothing that chunked coding knows.
func TestBrokenBodies(t *testing.T) {
	for name, test := range map[string]struct{ head, body, code string }{
		"of a length":   {"Content-Length: 100", "one", "client_gone"},
		"no last chunk": {"Transfer-Encoding: chunked", "3\r\none\r\n", "client_gone"},
		"half a chunk":  {"Transfer-Encoding: chunked", "9\r\none", "client_gone"},
		"not a chunk":   {"Transfer-Encoding: chunked", "3\r\none\r\nnonsense\r\n", "invalid_text"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := ssetest.Start(t, ssetest.Config{InMemory: true})
				p := produce(t, server, "")
				conn := sayOn(t, server.Dial(), "", "POST "+p.appends("?complete")+" HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\n"+test.head+"\r\n\r\n")
				synctest.Wait()
				sayOn(t, conn, "", test.body)
				synctest.Wait() // until which it has not ended
				if err := conn.(*ssetest.Conn).CloseWrite(); err != nil {
					t.Fatal(err)
				}
				answer, _ := io.ReadAll(conn)
				if got := string(answer); !strings.Contains(got, test.code) || !strings.Contains(got, `"position":1,"bytes":3`) {
					t.Errorf("it is told %s, want %s", got, test.code)
				}
				p.wantChunks(broker.StateOpen, "one")
			})
		})
	}
}

// A pipe whose bytes were not UTF-8 is told where, though it goes on.
func TestInvalidPipe(t *testing.T) {
	inBubbles(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{InMemory: true})
		p := produce(t, server, "a")
		body := pipe(t, server, protocol, p.appends("?complete"))
		body.say("one")
		body.say("two\xfe")
		got := <-body.answers
		got.wantProblem(t, 400, "invalid_text")
		got.wantMembers(t, `"position":3,"bytes":7`)
		body.say("three")
		p.wantChunks(broker.StateOpen, "a", "one", "two")
	})
}

// It may send the rest, however long it has lasted, and its connection goes on. So
// does that of a text which says how long it is, and pauses.
func TestAfterInvalidPipe(t *testing.T) {
	for head, test := range map[string]struct{ invalid, rest string }{
		"Transfer-Encoding: chunked": {"1\r\n\xff\r\n", "1\r\nx\r\n0\r\n\r\n"},
		"Content-Length: 3":          {"\xff", "xx"},
	} {
		t.Run(head, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := ssetest.Start(t, ssetest.Config{InMemory: true})
				p := produce(t, server, "a")
				conn := sayOn(t, server.Dial(), "", "POST "+p.appends("")+" HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\n"+head+"\r\n\r\n")
				from := bufio.NewReader(conn)
				time.Sleep(4 * time.Minute)
				sayOn(t, conn, "", test.invalid)
				resp := wantResponse(t, from, 400)
				if _, err := io.Copy(io.Discard, resp.Body); err != nil {
					t.Fatal(err)
				}
				time.Sleep(9 * time.Second)
				sayOn(t, conn, "", test.rest+"GET /livez HTTP/1.1\r\nHost: a\r\n\r\n")
				wantResponse(t, from, 200)
				conn.Close()
			})
		})
	}
}

// Two producers of one message: without a position both append, with one the later
// is told where the message is.
func TestTwoPipes(t *testing.T) {
	inBubbles(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{InMemory: true})
		p := produce(t, server, "")
		careless, careful := pipe(t, server, protocol, p.appends("")), pipe(t, server, protocol, p.appends("?position=0&complete"))
		careful.say("one ")
		careless.say("two ")
		careless.say("three ")
		careful.say("four ")
		got := <-careful.answers
		got.wantProblem(t, 409, "position_mismatch")
		got.wantMembers(t, `"position":3,"bytes":14`)
		p.complete()
		time.Sleep(9 * time.Second)
		careless.say("five ")
		got = <-careless.answers
		got.wantProblem(t, 409, "message_closed")
		got.wantMembers(t, `"position":3,"bytes":14,"state":"complete"`)
		p.wantChunks(broker.StateComplete, "one ", "two ", "three ")
	})
}

// The message of a pipe may be deleted meanwhile.
func TestPipeToNowhere(t *testing.T) {
	inBubbles(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{InMemory: true})
		p := produce(t, server, "")
		body := pipe(t, server, protocol, p.appends(""))
		body.say("one")
		silent := pipe(t, server, protocol, p.appends(""))
		p.delete()
		body.say("two")
		for _, told := range []upload{body, silent} {
			got := <-told.answers
			got.wantProblem(t, 404, "message_not_found")
			got.wantMembers(t, "")
		}
	})
}

// Pipes count as bodies, and one that is refused for room is told where it was.
func TestManyPipes(t *testing.T) {
	inBubbles(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := crowd(t, 3*overhead)
		p := produce(t, server, "a")
		var pipes []upload
		for _, said := range []string{"b", "c", "d"} {
			pipes = append(pipes, pipe(t, server, protocol, p.appends("")))
			pipes[len(pipes)-1].say(said)
		}
		pipes[0].wantNothing(t)
		time.Sleep(time.Minute) // which is more than its answer would have otherwise
		begin(t, server, protocol, "198.51.100.3", `{"message":"`).wantNothing(t)
		got := <-pipes[0].answers
		got.wantProblem(t, 503, "busy")
		got.wantMembers(t, `"position":4,"bytes":4`)
		pipes[1].say("e")
		pipes[1].wantNothing(t)
		p.wantChunks(broker.StateOpen, "a", "b", "c", "d", "e")
	})
}

// What a pipe has filled counts, and is let go with it.
func TestPipesHoldWhatTheyFill(t *testing.T) {
	inBubbles(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{InMemory: true, Room: 1 << 20})
		p := produce(t, server, "")
		body := pipe(t, server, protocol, p.appends(""))
		for range 100 {
			body.say("few words")
		}
		if got := server.API.BodyBytes(); got != overhead {
			t.Errorf("%d bytes are counted, want %d", got, overhead)
		}
		body.say(strings.Repeat("x", 300_000))
		if got := server.API.BodyBytes(); got != overhead+60<<10 {
			t.Errorf("%d bytes are counted, want %d", got, overhead+60<<10)
		}
		body.end()
		<-body.answers
		synctest.Wait()
		if got := server.API.BodyBytes(); got != 0 {
			t.Errorf("%d bytes are counted, want none", got)
		}
	})
}

// A connection whose pipe goes on is not taken for one that is idle.
func TestPipesAreNotQuiet(t *testing.T) {
	inBubbles(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{InMemory: true, API: httpapi.Config{MaxConns: 3, ConnReserve: 1}})
		p := produce(t, server, "")
		body := pipe(t, server, protocol, p.appends("?complete"))
		body.say("one")
		for range 10 {
			server.Dial()
			synctest.Wait()
			body.say("two")
		}
		body.end()
		body.wantBody(t, 200, `{"status":"ok","position":11,"bytes":33}`)
	})
}

// When streams have had their time, producers are told where they were, those that
// come then as well, and nothing waits for more of them.
func TestEndBodies(t *testing.T) {
	inBubbles(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{InMemory: true})
		p := produce(t, server, "a")
		piped := pipe(t, server, protocol, p.appends("?complete"))
		piped.say("b")
		short := post(t, server, protocol, p.appends("?complete"), 100, asText...)
		short.say("c")
		time.Sleep(time.Second)
		json := post(t, server, protocol, p.appends("?complete"), -1, asJSON...)
		json.say("{")
		send := begin(t, server, protocol, "", `{"message":"`)
		server.API.EndBodies()
		late := pipe(t, server, protocol, p.appends("?complete"))
		for _, told := range []upload{piped, short, json, late} {
			got := <-told.answers
			got.wantProblem(t, 503, "shutting_down")
			got.wantMembers(t, `"position":3,"bytes":3`)
			told.end()
		}
		got := <-send.answers
		got.wantProblem(t, 503, "shutting_down")
		send.end()
		p.wantChunks(broker.StateOpen, "a", "b", "c")
		synctest.Wait()
		if got := server.API.BodyBytes(); got != 0 {
			t.Errorf("%d bytes are counted, want none", got)
		}
	})
}
