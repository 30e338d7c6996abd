package main

import (
	"syscall"
	"testing"
	"time"

	"sseserver/httpapi/ssetest"
)

// startLiveChild runs the program in a process of its own, with a live message in
// it that has a pipe and two readers.
func startLiveChild(t *testing.T, protocol ssetest.Protocol, flags ...string) (program *child, from writer, id string, pipe *curlPipe, readers []*ssetest.Stream) {
	t.Helper()
	program = startChild(t, "500", flags...)
	from = writer{program.caller(t, protocol), &program.liveServer, protocol}
	id = from.begin()
	pipe = from.pipe(id, "?complete")
	pipe.say("Hello ")
	for _, query := range []string{"", "?unit=character&interval=1ms"} {
		reader := from.stream("/stream/" + id + query)
		reader.WantOpening()
		readers = append(readers, reader)
	}
	readers[0].WantChunk(0, "Hello ")
	for position, character := range []string{"H", "e", "l", "l", "o"} {
		readers[1].WantChunk(position, character)
	}
	return program, from, id, pipe, readers
}

// wantProperExit wants the program to end of itself, and its log to say why each of
// two streams was closed.
func (c *child) wantProperExit(t *testing.T, reason string) {
	t.Helper()
	c.wantExit(t, exitOK)
	if started := c.log.named("server.shutdown_started"); len(started) != 1 || started[0]["active_streams"] != 2.0 {
		t.Errorf("the log says %v", started)
	}
	closed := c.log.named("stream.closed")
	for _, line := range closed {
		if line["reason"] != reason {
			t.Errorf("the log says %v, want %s", line, reason)
		}
	}
	if len(closed) != 2 || len(c.log.named("server.shutdown_completed")) != 1 || len(c.log.named("server.shutdown_forced")) > 0 {
		t.Errorf("%d streams were closed, and the end is\n%s", len(closed), c.log.tail(1000))
	}
}

// A producer that ends within --drain has all of its text at its readers.
func TestLiveMessageEndsInTheDrain(t *testing.T) {
	needCurl(t)
	for _, protocol := range ssetest.Cleartext {
		t.Run(string(protocol), func(t *testing.T) {
			wantNoLeaks(t)
			program, from, id, pipe, readers := startLiveChild(t, protocol, "--drain=1h")
			program.signal(t, syscall.SIGTERM)
			program.log.await("server.shutdown_started", 1)
			from.want(503, "shutting_down", "POST", "/messages", "")
			pipe.say("my ")
			readers[0].WantChunk(1, "my ")
			from.want(200, appended(3, 12), "POST", "/messages/"+id+"/chunks", `{"chunk":"dea"}`, "Content-Type", asJSON)
			from.want(200, `"percent":50`, "PUT", "/messages/"+id+"/progress", `{"percent":50}`, "Content-Type", asJSON)
			readers[0].WantChunk(2, "dea")
			from.want(200, "retry: ", "GET", "/stream/"+id, "")
			pipe.say("r")
			pipe.end()
			pipe.want("200", appended(4, 13))
			readers[0].WantChunk(3, "r")
			for position, character := range []string{" ", "m", "y", " ", "d", "e", "a", "r"} {
				readers[1].WantChunk(5+position, character)
			}
			for _, reader := range readers {
				reader.WantDone()
			}
			program.wantProperExit(t, "completed")
			if completed := program.log.named("message.completed"); len(completed) != 1 || completed[0]["chunks"] != 4.0 || completed[0]["bytes"] != 13.0 {
				t.Errorf("the log says %v", completed)
			}
		})
	}
}

// A producer that does not end keeps the program no longer. It is told where it was,
// and the readers are told to come back.
func TestLiveMessageOutlastsTheDrain(t *testing.T) {
	needCurl(t)
	for _, protocol := range ssetest.Cleartext {
		t.Run(string(protocol), func(t *testing.T) {
			wantNoLeaks(t)
			program, _, _, pipe, readers := startLiveChild(t, protocol, "--drain=100ms")
			program.signal(t, syscall.SIGTERM)
			for _, reader := range readers {
				events, err := reader.All()
				if err != nil || len(events) != 1 || events[0].Retry < 2*time.Second || events[0].Retry >= 4*time.Second {
					t.Errorf("the end of a stream: %v, %v; want a retry of 2 to 4 s and a clean end", events, err)
				}
			}
			program.wantProperExit(t, "server_shutdown")
			pipe.end()
			pipe.want("503", `"code":"shutting_down","position":1,"bytes":6}`)
			if ended := append(program.log.named("message.completed"), program.log.named("message.failed")...); len(ended) > 0 {
				t.Errorf("the log says %v", ended)
			}
		})
	}
}
