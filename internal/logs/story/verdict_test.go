package story

import (
	"fmt"
	"testing"
)

// crowd are n streams that all lose their clients within half a second, and as many
// others as running say.
func crowd(n, running int) script {
	var s script
	for i := range running {
		s = append(s, opens(1, fmt.Sprintf("m1 s%d", 1000+i)))
	}
	for i := range n {
		s = append(s, closes(2+float64(i)*0.5/float64(n), "client_gone", 4, fmt.Sprintf("m1 s%d", 1000+i)))
	}
	return s
}

// stalled are n streams, of which some are found to be behind by two seconds at the same
// time.
func stalled(n, behind int) script {
	var s script
	for i := range n {
		s = append(s, opens(1, fmt.Sprintf("m1 s%d", 1000+i)))
	}
	for i := range behind {
		s = append(s, fmt.Sprintf("%g stream.slow m1 s%d lag_ms=2000", 4+float64(i)/100, 1000+i))
	}
	return s
}

func TestVerdicts(t *testing.T) {
	one := func(more ...string) script { return append(script{opens(1, "m1 s1")}, more...) }
	back := script{"3 stream.rejected m1 r1 reason=message_not_found status=404", "3 http.request m1 r1 client.address=10.0.0.1 http.response.status_code=404"}
	tests := []struct {
		name   string
		script script
		want   string
	}{
		{"finished", one(closes(2, "completed", 10, "m1 s1")), "nobody: Nobody failed: the client got all 10 characters."},
		{"still reading", one("2 stream.slow m1 s1 lag_ms=1"), "nobody: It is still reading at the end of the log."},
		{"all but done", one(closes(2, "client_gone", 10, "m1 s1")), "client: The client got 10 of 10 characters. It had all 10 characters and left before `done`."},
		{"nothing", one(closes(2, "client_gone", 0, "m1 s1 last_position=-1")), "client: The client got 0 of 10 characters. It left before anything was sent."},
		{"gone", one(closes(2, "client_gone", 4, "m1 s1")), "client: The client got 4 of 10 characters. It left, or lost its connection, while the stream was on schedule."},
		{
			"gone while behind", one("1.5 stream.slow m1 s1 lag_ms=1000", closes(2, "client_gone", 4, "m1 s1 max_lag_ms=3400")),
			"network: The client got 4 of 10 characters. The connection ended while the stream was behind its schedule, by up to 3.4 s: the network was slow or the client did not read.",
		},
		{
			"gone after it had caught up", one("1.5 stream.slow m1 s1 lag_ms=1000", "1.6 stream.recovered m1 s1 lag_ms=1000", closes(2, "client_gone", 4, "m1 s1 max_lag_ms=3400")),
			"client: The client got 4 of 10 characters. It left, or lost its connection, while the stream was on schedule.",
		},
		{
			"gone after faults",
			script{opens(1, "m1 s1 plan=stall:5s@2"), closes(2, "client_gone", 4, "m1 s1 faults=1")},
			"test plan: The client got 4 of 10 characters. It left after 1 fault that its test plan asked for (stall:5s@2).",
		},
		{
			"many at once", append(one(closes(2.2, "client_gone", 4, "m1 s1")), crowd(19, 19)...),
			"network: The client got 4 of 10 characters. 20 streams lost their clients within a second: a proxy, the network, or a program that ran all these clients, was cut off or stopped.",
		},
		{
			"not so many", append(one(), append(crowd(8, 200), closes(2.6, "client_gone", 4, "m1 s1"))...),
			"client: The client got 4 of 10 characters. It left, or lost its connection, while the stream was on schedule.",
		},
		{
			"gone while the server was stopped", append(one(closes(4, "client_gone", 4, "m1 s1")), stalled(10, 8)...),
			"server: The client got 4 of 10 characters. It left while 8 of 10 streams were behind, for 2.1 s: the server could not keep up, or was stopped.",
		},
		{
			"gone while another server was stopped",
			append(append(script{"0 server.starting"}, one(closes(4, "client_gone", 4, "m1 s1"))...), append(script{"0.5 server.starting"}, stalled(10, 8)...)...),
			"client: The client got 4 of 10 characters. It left, or lost its connection, while the stream was on schedule.",
		},
		{
			"gone before that", append(one(closes(1.9, "client_gone", 4, "m1 s1")), stalled(10, 8)...),
			"client: The client got 4 of 10 characters. It left, or lost its connection, while the stream was on schedule.",
		},
		{
			"gone while some others were slow", append(one(closes(4, "client_gone", 4, "m1 s1")), stalled(20, 8)...),
			"client: The client got 4 of 10 characters. It left, or lost its connection, while the stream was on schedule.",
		},
		{
			"slow client", one(closes(2, "slow_client", 4, "m1 s1")),
			"client: The client got 4 of 10 characters. It read nothing for the whole of --write-timeout, and the server gave it up; the network may have been stuck.",
		},
		{
			"slow and vanished", one(closes(2, "slow_client", 4, "m1 s1 vanished=true")),
			"network: The client got 4 of 10 characters. Its machine stopped answering: the network was cut, or the machine was switched off or asleep.",
		},
		{
			"gone and vanished", one(closes(2, "client_gone", 4, "m1 s1 vanished=true")),
			"network: The client got 4 of 10 characters. Its machine stopped answering: the network was cut, or the machine was switched off or asleep.",
		},
		{
			"no last event",
			script{opens(1, "m1 s1 plan=nodone"), closes(2, "completed", 10, "m1 s1 done=false")},
			"test plan: The client got 10 of 10 characters. Its test plan left out the last event (nodone).",
		},
		{
			"a chunk left out",
			script{opens(1, "m1 s1 plan=drop@5"), "1.5 stream.fault m1 s1 fault=drop position=5", closes(2, "completed", 9, "m1 s1 last_position=9 faults=1")},
			"test plan: The client got 10 of 10 characters. It got to the end, but its test plan left out or changed chunks, the first at position 5 (drop@5).",
		},
		{
			"a chunk twice",
			script{opens(1, "m1 s1 plan=double@5"), "1.5 stream.fault m1 s1 fault=double position=5", closes(2, "completed", 11, "m1 s1 last_position=9 faults=1")},
			"nobody: Nobody failed: the client got all 10 characters.",
		},
		{"fault", script{opens(1, "m1 s1 plan=cut@4"), closes(2, "fault", 4, "m1 s1 faults=1")}, "test plan: The client got 4 of 10 characters. Its test plan ended the stream (cut@4)."},
		{
			"deleted by another", one("2 message.deleted m1 r9 age_ms=1 active_streams=1", "2 http.request r9 url.path=/messages/"+id("m1")+" http.response.status_code=204 client.address=10.0.0.7", closes(2, "message_deleted", 4, "m1 s1")),
			"operator: The client got 4 of 10 characters. Someone deleted the message while it was read, from 10.0.0.7.",
		},
		{
			"deleted by itself", one("2 message.deleted m1 r9 age_ms=1 active_streams=1", "2 http.request m1 r9 http.response.status_code=204 client.address=10.0.0.1", closes(2, "message_deleted", 4, "m1 s1")),
			"client: The client got 4 of 10 characters. The message was deleted from the client's own address, 10.0.0.1, while it was read.",
		},
		{
			"evicted", one("2 message.evicted m1 reason=capacity age_ms=1 active_streams=1", closes(2, "message_evicted", 4, "m1 s1")),
			"server: The client got 4 of 10 characters. The server evicted the message to make room (--max-messages, --max-store-bytes).",
		},
		{
			"evicted when its time was over", one(closes(2, "message_evicted", 4, "m1 s1"), "2 message.evicted m1 reason=ttl age_ms=1 active_streams=1"),
			"server: The client got 4 of 10 characters. The server evicted the message, whose time (--message-ttl) was over.",
		},
		{
			"failed", one("2 message.failed m1 reason=out~of~paper bytes=1 chunks=4 duration_ms=1", closes(2, "message_failed", 4, "m1 s1 done=true")),
			`producer: The client got 4 characters. The producer of the message gave up: "out of paper".`,
		},
		{
			"shutdown", one("2 server.shutdown_started signal=interrupt active_streams=1", closes(2, "server_shutdown", 4, "m1 s1")),
			"operator: The client got 4 of 10 characters. The server was told to stop (interrupt), and the stream did not end in time (--drain).",
		},
		{
			"internal error", one(closes(2, "internal_error", 4, "m1 s1 error=index~out~of~range")),
			"server: The client got 4 of 10 characters. An error in the server ended the stream: index out of range.",
		},
		{
			"closed by an operator", one("2 stream.end_requested m1 s1 client.address=10.0.0.8", closes(2, "admin_closed", 4, "m1 s1")),
			"operator: The client got 4 of 10 characters. An operator ended the stream through the admin listener, from 10.0.0.8.",
		},
		{
			"killed", append(script{"0 server.starting"}, one("2 server.starting")...),
			"server: The client got an unknown part of 10 characters. The server ended without a word: it was killed, or crashed.",
		},
		{
			"among missing lines", one("2 log.entries_dropped seq=9 count=6", "3 server.shutdown_completed"),
			"nobody: How it ended is not known: lines of the log are missing.",
		},
		{
			"forced", one("2 server.shutdown_started signal=interrupt active_streams=1", "3 server.shutdown_forced remaining=1"),
			"operator: The client got an unknown part of 10 characters. The server was told twice to stop (interrupt), or could not wait for the stream, and cut it off.",
		},
		{
			"shut down, without a word of the stream", one("2 server.shutdown_started signal=interrupt active_streams=1", "3 server.shutdown_completed"),
			"server: The client got an unknown part of 10 characters. The server shut down (interrupt), and its log does not have the end of the stream.",
		},
		{
			"refused when it came back", one(closes(2, "client_gone", 4, "m1 s1"), "3 stream.rejected m1 r1 reason=too_many_streams status=503", "3 http.request m1 r1 client.address=10.0.0.1 http.response.status_code=503"),
			"server: The client got 4 of 10 characters. It lost its stream (client_gone), and was refused once when it came back (too_many_streams): " +
				"the server had as many streams as it may have (--max-streams, --max-streams-per-client, or its open files).",
		},
		{
			"killed, and refused by the next one",
			append(script{"0 server.starting", "0.5 message.submitted m1 total=10 bytes=10"}, one("2 server.starting", back[0], back[1])...),
			"server: The client got an unknown part of 10 characters. It lost its stream (the server's log ends without its end), and was refused once when it came back (message_not_found): " +
				"2.0 s before, the server that had the message in its memory had ended without a word: it was killed, or crashed.",
		},
		{
			"stopped, and refused by the next one",
			append(script{"0 server.starting"}, one(
				"2 server.shutdown_started signal=terminated active_streams=1", closes(2, "server_shutdown", 4, "m1 s1"), "2 server.shutdown_completed",
				"2.5 server.starting", back[0], back[1])...),
			"operator: The client got 4 of 10 characters. It lost its stream (server_shutdown), and was refused once when it came back (message_not_found): " +
				"1.0 s before, the server that had the message in its memory had been stopped (terminated).",
		},
		{
			"refused by the same one", one(closes(2, "client_gone", 4, "m1 s1"), back[0], back[1]),
			"server: The client got 4 of 10 characters. It lost its stream (client_gone), and was refused once when it came back (message_not_found): " +
				"the message was not there, and the log does not tell why.",
		},
		{
			"refused by one that shares its messages",
			append(script{`0 server.starting config={"nats":"nats://10.0.0.1"}`}, one("2 server.starting", back[0], back[1])...),
			"server: The client got an unknown part of 10 characters. It lost its stream (the server's log ends without its end), and was refused once when it came back (message_not_found): " +
				"the message was not there, and the log does not tell why.",
		},
		{
			"resumed in vain", one(closes(2, "client_gone", 4, "m1 s1"), resumes(3, 4, "m1 s2"), closes(4, "slow_client", 2, "m1 s2 last_position=5")),
			"client: It left, or lost its connection, while the stream was on schedule. The client resumed. Then: " +
				"It read nothing for the whole of --write-timeout, and the server gave it up; the network may have been stuck.",
		},
	}
	for _, test := range tests {
		s := Explain(id("s1"), test.script.lines(t))
		if got := string(s.Side) + ": " + s.Verdict; got != test.want {
			t.Errorf("%s\n got %s\nwant %s", test.name, got, test.want)
		}
	}
}

// A request that was refused has a side, too.
func TestRefusedRequests(t *testing.T) {
	tests := []struct{ line, want string }{
		{"stream.rejected r1 reason=too_many_streams status=503", "server: The request was refused (too_many_streams): the server had as many streams as it may have (--max-streams, --max-streams-per-client, or its open files)."},
		{"stream.rejected r1 reason=fault_injected status=503", "test plan: The request was refused (fault_injected): the test plan asked for this answer."},
		{"stream.rejected r1 reason=shutting_down status=200", "operator: The request was refused (shutting_down): the server was shutting down."},
		{"message.rejected r1 reason=invalid_json", "client: The request was refused (invalid_json): the request was not as it should be."},
		{"message.rejected r1 reason=store_full", "server: The request was refused (store_full): the store of the messages was full (--max-messages, --max-store-bytes)."},
		{"http.request_rejected r1 code=unauthorized status=401", "client: The request was refused (unauthorized): the token was missing or wrong."},
		{"http.panic r1 stack=x", "server: The request was refused (internal_error): an error in the server."},
		{"http.request r1 http.response.status_code=204", "nobody: Nothing went wrong: the answer was 204."},
	}
	for _, test := range tests {
		s := Explain(id("r1"), script{"1 " + test.line}.lines(t))
		if got := string(s.Side) + ": " + s.Verdict; got != test.want {
			t.Errorf("%s\n got %s\nwant %s", test.line, got, test.want)
		}
	}
}
