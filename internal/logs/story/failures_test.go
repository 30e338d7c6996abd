package story

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// failures are the failures of a script, one line each, and what it counts.
func failures(t *testing.T, s script) (rows []string, totals Totals) {
	t.Helper()
	f := NewFailures(func(f Failure) {
		got := amount(f.Got)
		if f.Total != nil {
			got += "/" + amount(f.Total)
		}
		rows = append(rows, fmt.Sprintf("%g %s %s %s %s %s resumes=%d %s",
			f.Time.Sub(start).Seconds(), f.What, strings.TrimRight(f.Message[:2]+" "+f.Stream[:min(2, len(f.Stream))], " "), f.Address, got, f.Reason, f.Resumes, f.Side))
	})
	for line := range s.lines(t) {
		f.Add(line)
	}
	totals = f.End()
	return rows, totals
}

func amount(n *int) string {
	if n == nil {
		return "?"
	}
	return fmt.Sprint(*n)
}

func TestFailures(t *testing.T) {
	tests := []struct {
		name   string
		script script
		want   []string
		totals string // clients, finished, failed, running, refused, messages
	}{
		{
			"all is well",
			script{opens(0, "m1 s1"), opens(0, "m1 s2"), closes(1, "completed", 10, "m1 s1"), closes(1, "completed", 10, "m1 s2")},
			nil, "2 2 0 0 0 0",
		},
		{
			"one client leaves",
			script{opens(0, "m1 s1"), opens(0, "m1 s2"), closes(1, "client_gone", 4, "m1 s1"), closes(1, "completed", 10, "m1 s2")},
			[]string{"1 client m1 s1 10.0.0.1 4/10 client_gone resumes=0 client"},
			"2 1 1 0 0 0",
		},
		{
			"a client that resumes and finishes is none",
			script{opens(0, "m1 s1"), closes(1, "client_gone", 4, "m1 s1"), resumes(2, 4, "m1 s2"), closes(3, "completed", 6, "m1 s2 last_position=9")},
			nil, "1 1 0 0 0 0",
		},
		{
			"a client that got nothing and has to begin anew is one",
			script{
				opens(0, "m1 s1"), closes(1, "fault", 0, "m1 s1"), opens(2, "m1 s2"), closes(3, "fault", 0, "m1 s2"),
				opens(4, "m1 s3"), closes(5, "completed", 10, "m1 s3"),
				opens(6, "m1 s4"), closes(7, "fault", 0, "m1 s4"), opens(80, "m1 s5"), closes(81, "client_gone", 0, "m1 s5"), opens(82, "m1 s6"), closes(83, "completed", 10, "m1 s6"),
			},
			[]string{"7 client m1 s4 10.0.0.1 0/10 fault resumes=0 test plan", "81 client m1 s5 10.0.0.1 0/10 client_gone resumes=0 client"},
			"4 2 2 0 0 0",
		},
		{
			"a client whose plan spoils a chunk has not the whole, unless it asks for that once more",
			script{
				opens(0, "m1 s1 plan=corrupt@2"), "1 stream.fault m1 s1 fault=corrupt position=2", closes(2, "client_gone", 4, "m1 s1 faults=1"),
				resumes(3, 3, "m1 s2"), closes(4, "completed", 7, "m1 s2 last_position=9"),
				opens(5, "m2 s3 plan=corrupt@2"), "6 stream.fault m2 s3 fault=corrupt position=2", closes(7, "client_gone", 4, "m2 s3 faults=1"),
				resumes(8, 2, "m2 s4"), closes(9, "completed", 8, "m2 s4 last_position=9"),
			},
			[]string{"4 client m1 s2 10.0.0.1 10/10 completed resumes=1 test plan"},
			"2 1 1 0 0 0",
		},
		{
			"of clients that look alike, no more were refused than there were refusals",
			script{
				opens(0, "m1 s1"), opens(0, "m1 s2"), closes(1, "client_gone", 4, "m1 s1"), closes(2, "client_gone", 4, "m1 s2"),
				"3 stream.rejected m1 r1 reason=too_many_streams status=503", "3 http.request m1 r1 client.address=10.0.0.1 http.response.status_code=503",
			},
			[]string{"1 client m1 s1 10.0.0.1 4/10 client_gone resumes=0 server", "2 client m1 s2 10.0.0.1 4/10 client_gone resumes=0 client"},
			"2 0 2 0 0 0",
		},
		{
			"of what missing lines would tell, nobody is accused",
			script{
				opens(0, "m1 s1"), opens(0, "m1 s2"), "1 log.entries_dropped seq=9 count=6", opens(2, "m1 s3"), closes(3, "completed", 10, "m1 s2"),
				"4 server.shutdown_completed",
			},
			[]string{"4 client m1 s3 10.0.0.1 ?/10  resumes=0 server"},
			"3 1 1 0 0 0",
		},
		{
			"nor of a server that still runs",
			script{opens(0, "m1 s1"), "1 log.entries_dropped seq=9 count=6", opens(2, "m1 s3")},
			nil, "2 0 0 1 0 0",
		},
		{
			"a client has missed what was sent last",
			script{opens(0, "m1 s1"), closes(1, "client_gone", 6, "m1 s1"), resumes(2, 3, "m1 s2"), closes(3, "completed", 7, "m1 s2 last_position=9")},
			nil, "1 1 0 0 0 0",
		},
		{
			"a client cannot have more than was sent",
			script{opens(0, "m1 s1"), closes(1, "client_gone", 4, "m1 s1"), resumes(2, 5, "m1 s2"), closes(3, "completed", 5, "m1 s2 last_position=9")},
			[]string{"1 client m1 s1 10.0.0.1 4/10 client_gone resumes=0 client"},
			"2 1 1 0 0 0",
		},
		{
			"the one that was closest has come back",
			script{
				opens(0, "m1 s1"), opens(0, "m1 s2"), opens(0, "m1 s3"),
				closes(1, "client_gone", 4, "m1 s1"), closes(1, "client_gone", 6, "m1 s2"), closes(1, "client_gone", 9, "m1 s3"),
				resumes(2, 5, "m1 s4"), closes(3, "completed", 5, "m1 s4 last_position=9"),
			},
			[]string{"1 client m1 s1 10.0.0.1 4/10 client_gone resumes=0 client", "1 client m1 s3 10.0.0.1 9/10 client_gone resumes=0 client"},
			"3 1 2 0 0 0",
		},
		{
			"an end is claimed once",
			script{
				opens(0, "m1 s1"), closes(1, "client_gone", 4, "m1 s1"),
				resumes(2, 4, "m1 s2"), resumes(2, 4, "m1 s3"), closes(3, "completed", 6, "m1 s2 last_position=9"), closes(3, "client_gone", 2, "m1 s3 last_position=5"),
			},
			[]string{"3 client m1 s3 10.0.0.1 6/10 client_gone resumes=0 client"},
			"2 1 1 0 0 0",
		},
		{
			"another address, agent, kind, unit or message is another client",
			script{
				opens(0, "m1 s1"), closes(1, "client_gone", 4, "m1 s1"),
				resumes(2, 4, "m1 s2 client.address=10.0.0.2"), resumes(2, 4, "m1 s3 user_agent.original=curl"), resumes(2, 4, "m1 s4 kind=progress"),
				resumes(2, 4, "m1 s5 unit=word"), resumes(2, 4, "m2 s6"),
			},
			[]string{"1 client m1 s1 10.0.0.1 4/10 client_gone resumes=0 client"},
			"6 0 1 5 0 0",
		},
		{
			"the server knows the earlier stream, of another address",
			script{opens(0, "m1 s1"), closes(1, "client_gone", 4, "m1 s1"), resumes(2, 4, "m1 s2 client.address=10.0.0.2 previous_stream_id=s1"), closes(3, "completed", 6, "m1 s2")},
			nil, "1 1 0 0 0 0",
		},
		{
			"the server notices late that the client was gone",
			script{opens(0, "m1 s1"), resumes(2, 4, "m1 s2"), closes(3, "completed", 6, "m1 s2"), closes(40, "client_gone", 7, "m1 s1")},
			nil, "1 1 0 0 0 0",
		},
		{
			"the same, and the server knew which it was",
			script{opens(0, "m1 s1"), resumes(2, 4, "m1 s2 previous_stream_id=s1"), closes(3, "client_gone", 2, "m1 s2 last_position=5"), closes(40, "client_gone", 7, "m1 s1")},
			[]string{"3 client m1 s2 10.0.0.1 6/10 client_gone resumes=1 client"},
			"1 0 1 0 0 0",
		},
		{
			"the same, and the client has finished by then",
			script{opens(0, "m1 s1"), resumes(2, 4, "m1 s2 previous_stream_id=s1"), closes(3, "completed", 6, "m1 s2"), closes(40, "client_gone", 7, "m1 s1")},
			nil, "1 1 0 0 0 0",
		},
		{
			"the same, of two clients, and the server took one for both",
			script{
				opens(0, "m1 s1"), opens(0, "m1 s2"), resumes(2, 4, "m1 s3 previous_stream_id=s1"), resumes(2, 4, "m1 s4 previous_stream_id=s1"),
				closes(3, "completed", 6, "m1 s3"), closes(3, "completed", 6, "m1 s4"), closes(40, "client_gone", 7, "m1 s1"), closes(40, "client_gone", 7, "m1 s2"),
			},
			nil, "2 2 0 0 0 0",
		},
		{
			"the server took one stream for the beginning of two",
			script{
				opens(0, "m1 s1"), opens(0, "m1 s2"), closes(1, "client_gone", 4, "m1 s1"), resumes(2, 4, "m1 s3 previous_stream_id=s1"),
				resumes(2, 4, "m1 s4 previous_stream_id=s1"), closes(3, "client_gone", 4, "m1 s2"), closes(4, "completed", 6, "m1 s3"), closes(4, "completed", 6, "m1 s4"),
			},
			nil, "2 2 0 0 0 0",
		},
		{
			"a client comes back again and again",
			script{
				opens(0, "m1 s1"), closes(1, "client_gone", 2, "m1 s1"), resumes(2, 2, "m1 s2"), closes(3, "client_gone", 1, "m1 s2 last_position=2"),
				resumes(4, 3, "m1 s3"), closes(5, "server_shutdown", 1, "m1 s3 last_position=3"),
			},
			[]string{"5 client m1 s3 10.0.0.1 4/10 server_shutdown resumes=2 operator"},
			"1 0 1 0 0 0",
		},
		{
			"the server is killed, and the client resumes at the next one",
			script{
				"0 server.starting", opens(1, "m1 s1"), opens(1, "m1 s2"), "2 server.ready",
				"5 server.starting", resumes(6, 4, "m1 s3"), closes(7, "completed", 6, "m1 s3"),
			},
			[]string{"2 client m1 s1 10.0.0.1 ?/10  resumes=0 server"},
			"2 1 1 0 0 0",
		},
		{
			"two servers, the second one is read last",
			script{
				"0 server.starting", resumes(6, 4, "m1 s3"), closes(7, "completed", 6, "m1 s3"), "9 server.shutdown_completed",
				"0 server.starting", opens(1, "m1 s1"), closes(5, "client_gone", 5, "m1 s1"), "9 server.shutdown_completed",
			},
			nil, "1 1 0 0 0 0",
		},
		{
			"an hour later it is somebody else",
			script{opens(0, "m1 s1"), closes(1, "client_gone", 4, "m1 s1"), resumes(3602, 4, "m1 s2"), closes(3603, "completed", 6, "m1 s2")},
			[]string{"1 client m1 s1 10.0.0.1 4/10 client_gone resumes=0 client"},
			"2 1 1 0 0 0",
		},
		{
			"the beginning of the log is gone",
			script{closes(1, "client_gone", 4, "m1 s1"), closes(1, "completed", 10, "m1 s2")},
			[]string{"1 client m1 s1 10.0.0.1 4/10 client_gone resumes=0 client"},
			"2 1 1 0 0 0",
		},
		{
			"who still reads has not failed",
			script{opens(0, "m1 s1"), closes(1, "client_gone", 4, "m1 s1"), resumes(2, 4, "m1 s2"), opens(3, "m1 s3")},
			nil, "2 0 0 2 0 0",
		},
		{
			"progress is in percent",
			script{
				opens(0, "m1 s1 kind=progress first_position=1 total=100"), closes(1, "client_gone", 7, "m1 s1 kind=progress last_position=7 total=100"),
				resumes(2, 8, "m1 s2 kind=progress total=100"), closes(3, "slow_client", 30, "m1 s2 kind=progress last_position=37 total=100"),
			},
			[]string{"3 client m1 s2 10.0.0.1 37/100 slow_client resumes=1 client"},
			"1 0 1 0 0 0",
		},
		{
			"a live message fails",
			script{
				"0 message.submitted m1 bytes=0 state=open", opens(1, "m1 s1"), "5 message.failed m1 reason=producer_gone chunks=3 bytes=9 duration_ms=5000",
				closes(5, "message_failed", 3, "m1 s1 done=true"),
			},
			[]string{"5 message m1  3 producer_gone resumes=0 producer", "5 client m1 s1 10.0.0.1 3 message_failed resumes=0 producer"},
			"1 0 1 0 0 1",
		},
		{
			"a client is refused, another one only at first",
			script{
				"0 stream.rejected m1 r1 reason=too_many_streams status=503", "0 http.request m1 r1 client.address=10.0.0.1 http.response.status_code=503",
				"1 stream.rejected m1 r2 reason=too_many_streams status=503", "1 http.request m1 r2 client.address=10.0.0.2 http.response.status_code=503",
				opens(2, "m1 s1"), closes(3, "completed", 10, "m1 s1"),
			},
			[]string{"1 refused m1 10.0.0.2 ? too_many_streams resumes=0 server"},
			"1 1 0 0 1 0",
		},
		{
			"a client loses its stream and is then refused",
			script{
				opens(0, "m1 s1"), closes(1, "client_gone", 4, "m1 s1"), "2 message.evicted m1 reason=ttl age_ms=1 active_streams=0",
				"3 stream.rejected m1 r1 reason=message_not_found status=404", "3 http.request m1 r1 client.address=10.0.0.1 http.response.status_code=404",
			},
			[]string{"1 client m1 s1 10.0.0.1 4/10 client_gone resumes=0 server"},
			"1 0 1 0 0 0",
		},
	}
	for _, test := range tests {
		got, totals := failures(t, test.script)
		counts := fmt.Sprint(totals.Clients, totals.Finished, totals.Failed, totals.Running, totals.Refused, totals.Messages)
		if !slices.Equal(got, test.want) || counts != test.totals {
			t.Errorf("%s\n%s\n got %q, %s\nwant %q, %s", test.name, strings.Join(test.script, "\n"), got, counts, test.want, test.totals)
		}
	}
}

// A client whose first stream is read last began with that.
func TestFailureBegan(t *testing.T) {
	s := script{
		"0 server.starting", resumes(6, 4, "m1 s2"), closes(7, "client_gone", 1, "m1 s2 last_position=4"),
		"0 server.starting", opens(1, "m1 s1"), closes(5, "client_gone", 5, "m1 s1"), "9 server.shutdown_completed",
	}
	var all []Failure
	f := NewFailures(func(f Failure) { all = append(all, f) })
	for line := range s.lines(t) {
		f.Add(line)
	}
	f.End()
	if len(all) != 1 || all[0].Opened.Sub(start) != time.Second || all[0].Time.Sub(start) != 7*time.Second || all[0].Resumes != 1 || all[0].Stream != id("s2") {
		t.Errorf("got %+v", all)
	}
}

// Of a user agent that is made to be long, the first part is kept.
func TestLongAgents(t *testing.T) {
	var agent string
	f := NewFailures(func(f Failure) { agent = f.Agent })
	for line := range (script{opens(0, "m1 s1 user_agent.original="+strings.Repeat("é", 500)), closes(1, "client_gone", 1, "m1 s1")}).lines(t) {
		f.Add(line)
	}
	f.End()
	if agent != strings.Repeat("é", longestAgent/2)+"…" {
		t.Errorf("it is %q", agent)
	}
}

// Of more clients than there is room for, the oldest are given up, and the rest still
// finds its beginning.
func TestFailuresBounded(t *testing.T) {
	var s script
	for i := range 10 {
		ids := fmt.Sprintf("m1 s%d", i)
		s = append(s, opens(float64(i), ids), closes(float64(i)+0.5, "client_gone", i, ids))
	}
	s = append(s, resumes(20, 9, "m1 s90"), closes(21, "completed", 1, "m1 s90"))
	s = append(s, resumes(22, 3, "m1 s91"), closes(23, "completed", 7, "m1 s91")) // whose beginning is given up
	var early, all []string
	f := NewFailures(func(f Failure) { all = append(all, f.Stream[:2]) })
	f.clients.room = 3
	for line := range s.lines(t) {
		f.Add(line)
		early = slices.Clone(all)
	}
	totals := f.End()
	if got := strings.Join(early, " "); got != "s0 s1 s2 s3 s4 s5 s6" {
		t.Errorf("given early: %s", got)
	}
	if got := strings.Join(all, " "); got != "s0 s1 s2 s3 s4 s5 s6 s8" || totals.Clients != 10 || totals.Failed != 8 || totals.Finished != 2 {
		t.Errorf("given: %s; %+v", got, totals)
	}
	if c := f.clients; len(c.open)+len(c.aside)+len(c.queue)-2 > 3 {
		t.Errorf("it keeps %d open, %d aside, %d in the queue", len(c.open), len(c.aside), len(c.queue))
	}
}

// A log of warnings alone does not have the streams that ended early.
func TestQuietLogs(t *testing.T) {
	for want, s := range map[bool]script{
		true:  {"0 stream.rejected reason=message_not_found status=404"},
		false: {"0 server.starting", opens(1, "m1 s1"), closes(2, "completed", 10, "m1 s1")},
	} {
		if _, totals := failures(t, s); totals.Quiet != want {
			t.Errorf("%q: got %t", s, totals.Quiet)
		}
	}
	if _, totals := failures(t, script{"0 server.starting", "1 log.level_changed from=info to=warn"}); !totals.Quiet {
		t.Error("its level was changed, which is not noticed")
	}
}

// The last lines of a log do not have the streams before them.
func TestCutLogs(t *testing.T) {
	for _, seq := range []int{1, 2} {
		if _, totals := failures(t, script{fmt.Sprintf("0 server.starting seq=%d", seq), "1 server.ready seq=3"}); totals.Cut != (seq > 1) {
			t.Errorf("a log from line %d on: got %t", seq, totals.Cut)
		}
	}
}
