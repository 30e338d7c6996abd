package track

import (
	"errors"
	"strings"

	"sseserver/internal/eventstream"
)

// Done says what the proper end of a stream of kind Any is: DoneClose, or an
// event, as "data:TEXT" by its whole data or as "event:NAME" by its type. Such
// an event is no content. The zero value says that the end is not known.
type Done string

// DoneClose is the clean end of the response.
const DoneClose Done = "close"

// UnmarshalText reads what a person writes: a space after the colon is as
// little part of the text as it is in an event stream.
func (d *Done) UnmarshalText(text []byte) error {
	what, of, _ := strings.Cut(string(text), ":")
	of = strings.TrimPrefix(of, " ")
	switch {
	case len(text) == 0, Done(text) == DoneClose:
		*d = Done(text)
	case (what == "data" || what == "event") && of != "":
		*d = Done(what + ":" + of)
	default:
		return errors.New("want close, data:TEXT or event:NAME, got \"" + string(text) + "\"")
	}
	return nil
}

// isEvent tells whether an event is the end, and not that of the response.
func (d Done) isEvent() bool { return d != "" && d != DoneClose }

// is tells whether the event is the end.
func (d Done) is(e eventstream.Event) bool {
	if data, ok := strings.CutPrefix(string(d), "data:"); ok {
		return string(e.Data) == data
	}
	name, ok := strings.CutPrefix(string(d), "event:")
	return ok && (string(e.Type) == name || len(e.Type) == 0 && name == "message")
}
