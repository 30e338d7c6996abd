package httpapi

import (
	"encoding/hex"
	"strconv"
	"time"

	"sseserver/actors"
	"sseserver/broker"
	"sseserver/internal/fault"
	"sseserver/internal/feed"
)

// events is the form of our own streams.
type events struct {
	kind   broker.Kind
	name   string    // of the message
	faults fault.Set // of the whole stream
	beats  bool      // heartbeats are events
}

// newEvents returns the form of a stream to which faults happen.
func newEvents(subscription *broker.Subscription, faults fault.Set) form {
	return events{subscription.Kind, subscription.Message.Name, faults, false}
}

// newBeatingEvents is newEvents for who wants to see the heartbeats.
func newBeatingEvents(subscription *broker.Subscription, faults fault.Set) form {
	return events{subscription.Kind, subscription.Message.Name, faults, true}
}

// idEnd is the id of the done event. A client that sends it back has seen all.
const idEnd = "end"

func (events) contentType() string { return "text/event-stream" }

// appendFirst makes onopen fire behind proxies that wait for a body: a comment and
// the reconnection time.
//
//	: connected
//	retry: 2000
func (events) appendFirst(dst []byte, retry time.Duration) []byte {
	return feed.AppendRetry(feed.AppendComment(dst, "connected"), retry)
}

func (events) appendComment(dst []byte, text string) []byte { return feed.AppendComment(dst, text) }

// appendHeartbeat appends a comment, which EventSource shows to nobody, or an event
// for pages that watch over their stream. It has no id, so that the client's last
// event id stays what it was.
//
//	event: heartbeat
//	data: {}
func (e events) appendHeartbeat(dst []byte) []byte {
	if e.beats {
		return append(dst, "event: heartbeat\ndata: {}\n\n"...)
	}
	return feed.AppendHeartbeat(dst)
}

// appendResumed has no id of its own, so the client's last event id stays what it
// was.
//
//	event: resumed
//	data: {"messageId":"5b0e…","from":3,"resumed":true}
func (e events) appendResumed(dst []byte, from int, resumed bool) []byte {
	dst = append(dst, "event: resumed\ndata: {\"messageId\":\""...)
	dst = append(dst, e.name...)
	dst = append(dst, `","from":`...)
	dst = strconv.AppendInt(dst, int64(from), 10)
	dst = append(dst, `,"resumed":`...)
	dst = strconv.AppendBool(dst, resumed)
	return append(dst, "}\n\n"...)
}

// appendID begins a chunk event. It has no event field, so that onmessage sees it.
//
//	id: 0
//	data: {"messageId":"5b0e…","chunk":"H","position":0,"total":5}
//
//	id: 50
//	data: {"messageId":"5b0e…","completed":false,"chunk":"Processing chunk 50%","total":100}
//
// A total of unknownTotal is null.
func (e events) appendID(dst []byte, position int) []byte {
	if e.faults.Has(fault.NoID) {
		return dst
	}
	dst = append(dst, "id: "...)
	dst = strconv.AppendInt(dst, int64(position), 10)
	return append(dst, '\n')
}

func (e events) appendData(dst []byte, position int) []byte {
	dst = append(dst, "data: {\"messageId\":\""...)
	dst = append(dst, e.name...)
	if e.kind == broker.Progress {
		dst = append(dst, `","completed":`...)
		dst = strconv.AppendBool(dst, position == actors.LastPercent)
		return append(dst, `,"chunk":"`...)
	}
	return append(dst, `","chunk":"`...)
}

func (e events) appendTail(dst []byte, position, total int) []byte {
	dst = append(dst, '"')
	if e.kind == broker.Characters {
		dst = append(dst, `,"position":`...)
		dst = strconv.AppendInt(dst, int64(position), 10)
	}
	dst = append(dst, `,"total":`...)
	if total == unknownTotal {
		return append(dst, "null}\n\n"...)
	}
	dst = strconv.AppendInt(dst, int64(total), 10)
	return append(dst, "}\n\n"...)
}

func (e events) appendEnd(dst []byte, message *broker.Message, total int) []byte {
	switch {
	case message.State == broker.StateFailed:
		return e.appendFailed(dst, message)
	case e.faults.Has(fault.NoDone):
		return dst
	default:
		return e.appendDone(dst, message, total)
	}
}

// appendBroken appends when to come back, if that is not as ever.
func (events) appendBroken(dst []byte, _ string, retry time.Duration) []byte {
	if retry == 0 {
		return dst
	}
	return feed.AppendRetry(dst, retry)
}

// appendDone appends the event after the last chunk. Only a characters stream
// has a digest: a progress stream does not carry the text it would be of.
//
//	event: done
//	id: end
//	data: {"messageId":"5b0e…","total":5,"sha256":"<hex of the UTF-8 message>"}
func (e events) appendDone(dst []byte, message *broker.Message, total int) []byte {
	dst = e.appendLast(dst, "done")
	dst = append(dst, `","total":`...)
	dst = strconv.AppendInt(dst, int64(total), 10)
	if e.kind == broker.Characters {
		dst = append(dst, `,"sha256":"`...)
		dst = hex.AppendEncode(dst, message.SHA256[:])
		dst = append(dst, '"')
	}
	return append(dst, "}\n\n"...)
}

// appendFailed appends the event after the last chunk of a message that has
// failed, in whose place it stands of done.
//
//	event: failed
//	id: end
//	data: {"messageId":"5b0e…","reason":"producer_gone"}
func (e events) appendFailed(dst []byte, message *broker.Message) []byte {
	dst = e.appendLast(dst, "failed")
	dst = append(dst, `","reason":"`...)
	dst = appendJSONText(dst, message.Reason)
	return append(dst, "\"}\n\n"...)
}

// appendLast begins the last event, up to the id of the message.
func (e events) appendLast(dst []byte, event string) []byte {
	dst = append(dst, "event: "...)
	dst = append(dst, event...)
	if !e.faults.Has(fault.NoID) {
		dst = append(dst, "\nid: "+idEnd...)
	}
	dst = append(dst, "\ndata: {\"messageId\":\""...)
	return append(dst, e.name...)
}
