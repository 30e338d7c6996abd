package admin_test

import (
	"testing"
	"time"

	"sseserver/internal/logs"
)

// The lines that there are tell the story of an id.
func TestStory(t *testing.T) {
	r := start(t, 1<<20)
	r.log(1, 9)
	logs.MessageSubmitted.Log(r.output.Logger, logs.MessageID(number(77)), logs.RequestID("a-request"), logs.Bytes(5), logs.Total(5))
	logs.MessageDeleted.Log(r.output.Logger, logs.MessageID(number(77)), logs.AgeMS(time.Second), logs.ActiveStreams(0))
	var told struct {
		ID, Kind, Searched, Verdict, Side, Nearest string
		Found                                      bool
		Others                                     []string
		Lines                                      []struct {
			Seq                          int
			Time                         time.Time
			AfterMS                      float64
			Level, Event, Text, StreamID string
		}
	}
	decode(t, r.ask(t, "GET", "/log/story/"+idText(77)).body, &told)
	if !told.Found || told.ID != idText(77) || told.Kind != "message" || told.Verdict == "" || len(told.Lines) < 2 || told.Lines[0].Seq != 10 {
		t.Errorf("%+v", told)
	}
	decode(t, r.ask(t, "GET", "/log/story/"+idText(78)).body, &told)
	if told.Found || told.Searched == "" {
		t.Errorf("of an id that nothing has: %+v", told)
	}
}
