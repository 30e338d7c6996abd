package admin

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/netip"
	"strconv"
	"time"

	"sseserver/broker"
)

// streamRow is a running stream as it is shown.
type streamRow struct {
	StreamID  string `json:"streamId"`
	MessageID string `json:"messageId"`
	Kind      string `json:"kind"`
	Unit      string `json:"unit,omitempty"` // of characters
	Client    string `json:"client"`         // "" if it is not known
	AgeMS     int64  `json:"ageMs"`
	Position  *int   `json:"position"` // of the last chunk that was written; null before
	Total     *int   `json:"total"`    // null while it is not known
	LagMS     int64  `json:"lagMs"`    // behind its schedule
	Resumed   bool   `json:"resumed"`
}

func rowOf(s *broker.Subscription, now time.Time) streamRow {
	position, lag := s.Mark.Written()
	row := streamRow{
		StreamID: s.ID.String(), MessageID: s.Message.Name, Kind: string(s.Kind),
		AgeMS: now.Sub(s.Start).Milliseconds(), LagMS: lag.Milliseconds(), Resumed: s.From > s.First,
	}
	if s.Kind == broker.Characters {
		row.Unit = s.Unit.String()
	}
	if s.Client.IsValid() {
		row.Client = s.Client.String()
	}
	if position >= s.First {
		row.Position = &position
	}
	if total, known := s.Total(); known {
		row.Total = &total
	}
	return row
}

// rowFields is a row that conditions look at.
type rowFields struct{ streamRow }

// value returns that of one of the row's names, as it stands in its JSON.
func (r *rowFields) value(name string) (string, bool) {
	switch name {
	case "streamId", "stream_id":
		return r.StreamID, true
	case "messageId", "message_id":
		return r.MessageID, true
	case "kind":
		return r.Kind, true
	case "unit":
		return r.Unit, r.Unit != ""
	case "client", "client.address":
		return r.Client, true
	case "ageMs":
		return strconv.FormatInt(r.AgeMS, 10), true
	case "lagMs":
		return strconv.FormatInt(r.LagMS, 10), true
	case "position":
		return numberOf(r.Position), r.Position != nil
	case "total":
		return numberOf(r.Total), r.Total != nil
	case "resumed":
		return strconv.FormatBool(r.Resumed), true
	}
	return "", false
}

func numberOf(n *int) string {
	if n == nil {
		return ""
	}
	return strconv.Itoa(*n)
}

func (r *rowFields) lower() []byte {
	text, err := json.Marshal(r.streamRow)
	if err != nil { // strings and numbers always encode
		panic(err)
	}
	return bytes.ToLower(text)
}

// clientOf returns the address that a request came from, the zero Addr if it is not
// known. Nobody stands before this listener whose word for another would count.
func clientOf(r *http.Request) netip.Addr {
	from, _ := netip.ParseAddrPort(r.RemoteAddr)
	return from.Addr().Unmap().WithZone("")
}
