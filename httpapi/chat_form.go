package httpapi

import (
	"fmt"
	"strconv"
	"time"

	"sseserver/broker"
	"sseserver/internal/fault"
	"sseserver/internal/feed"
)

// chatEvents is the form of an answer that is streamed: events without ids and
// names, whose data is one object each, and at last one that is no object.
//
//	data: {"id":"chatcmpl-5b0e…","object":"chat.completion.chunk","created":1767225600,"model":"echo","choices":[{"index":0,"delta":{"content":"Hi "},"logprobs":null,"finish_reason":null}]}
type chatEvents struct {
	head   string // of the data, up to the delta
	tail   string // of an object, behind its choices
	prompt int    // tokens of the messages
	usage  bool   // they are told
	faults fault.Set
}

func newChatEvents(c chat, message *broker.Message, now time.Time, faults fault.Set) *chatEvents {
	tail := "}\n\n"
	if c.usage {
		tail = `,"usage":null` + tail
	}
	return &chatEvents{"data: " + chatHead(c, message, "chat.completion.chunk", now), tail, c.prompt, c.usage, faults}
}

// chatHead returns the beginning of an object of the chat wire.
func chatHead(c chat, message *broker.Message, object string, now time.Time) string {
	model := appendJSONText(nil, c.model)
	return fmt.Sprintf(`{"id":"chatcmpl-%s","object":"%s","created":%d,"model":"%s","choices":[`, message.Name, object, now.Unix(), model)
}

// chatEventsVoid are the faults that cannot happen to it.
const chatEventsVoid = fault.Set(1 << fault.NoID)

func (*chatEvents) contentType() string { return "text/event-stream" }

// appendFirst tells whose answer it is. Nobody comes back for the rest of one, so only
// a plan can ask for a reconnection time.
func (e *chatEvents) appendFirst(dst []byte, retry time.Duration) []byte {
	if e.faults.Has(fault.Retry) {
		dst = feed.AppendRetry(dst, retry)
	}
	return e.appendChoice(dst, `{"role":"assistant","content":""}`, "null")
}

// appendChoice appends an event with that delta and reason of its end.
func (e *chatEvents) appendChoice(dst []byte, delta, finished string) []byte {
	dst = append(dst, e.head...)
	dst = append(dst, `{"index":0,"delta":`...)
	dst = append(dst, delta...)
	dst = append(dst, `,"logprobs":null,"finish_reason":`...)
	dst = append(dst, finished...)
	dst = append(dst, "}]"...)
	return append(dst, e.tail...)
}

func (*chatEvents) appendResumed(dst []byte, _ int, _ bool) []byte { return dst }

func (*chatEvents) appendID(dst []byte, _ int) []byte { return dst }

func (e *chatEvents) appendData(dst []byte, _ int) []byte {
	dst = append(dst, e.head...)
	return append(dst, `{"index":0,"delta":{"content":"`...)
}

func (e *chatEvents) appendTail(dst []byte, _, _ int) []byte {
	dst = append(dst, `"},"logprobs":null,"finish_reason":null}]`...)
	return append(dst, e.tail...)
}

func (*chatEvents) appendComment(dst []byte, text string) []byte {
	return feed.AppendComment(dst, text)
}

func (*chatEvents) appendHeartbeat(dst []byte) []byte { return feed.AppendHeartbeat(dst) }

// appendEnd tells that the answer is whole, how long it was, if that was asked for,
// and that nothing follows.
func (e *chatEvents) appendEnd(dst []byte, _ *broker.Message, total int) []byte {
	dst = e.appendChoice(dst, "{}", `"stop"`)
	if e.usage {
		dst = append(dst, e.head...)
		dst = append(dst, `],"usage":`...)
		dst = appendUsage(dst, e.prompt, total)
		dst = append(dst, "}\n\n"...)
	}
	if e.faults.Has(fault.NoDone) {
		return dst
	}
	return append(dst, "data: [DONE]\n\n"...)
}

// appendBroken tells an error in the place of an event, as the API does when its status
// was sent before. To clients, a body that only ends is an answer that is whole.
//
//	data: {"error":{"message":"the answer ends before its text: server_shutdown","type":"server_error","param":null,"code":"server_shutdown"}}
func (*chatEvents) appendBroken(dst []byte, reason string, _ time.Duration) []byte {
	dst = append(dst, `data: {"error":{"message":"the answer ends before its text: `...)
	dst = append(dst, reason...)
	dst = append(dst, `","type":"server_error","param":null,"code":"`...)
	dst = append(dst, reason...)
	return append(dst, "\"}}\n\n"...)
}

// appendUsage appends how many tokens the messages and the answer have.
func appendUsage(dst []byte, prompt, completion int) []byte {
	dst = append(dst, `{"prompt_tokens":`...)
	dst = strconv.AppendInt(dst, int64(prompt), 10)
	dst = append(dst, `,"completion_tokens":`...)
	dst = strconv.AppendInt(dst, int64(completion), 10)
	dst = append(dst, `,"total_tokens":`...)
	dst = strconv.AppendInt(dst, int64(prompt+completion), 10)
	return append(dst, '}')
}

// chatDocument is the form of an answer that is one document. It is written as its
// text comes: it takes as long as a stream, and breaks off where that would.
//
//	{"id":"chatcmpl-5b0e…","object":"chat.completion","created":1767225600,"model":"echo","choices":[{"index":0,"message":{"role":"assistant","content":"Hi","refusal":null},"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}}
type chatDocument struct {
	head   string // up to the text
	prompt int    // tokens of the messages
}

// chatDocumentVoid are the faults that cannot happen to it: it has no lines.
const chatDocumentVoid = fault.Set(1<<fault.NoID | 1<<fault.NoDone | 1<<fault.EOL | 1<<fault.Comment | 1<<fault.Retry)

func newChatDocument(c chat, message *broker.Message, now time.Time) *chatDocument {
	head := chatHead(c, message, "chat.completion", now) + `{"index":0,"message":{"role":"assistant","content":"`
	return &chatDocument{head, c.prompt}
}

func (*chatDocument) contentType() string { return "application/json" }

func (d *chatDocument) appendFirst(dst []byte, _ time.Duration) []byte { return append(dst, d.head...) }

func (*chatDocument) appendResumed(dst []byte, _ int, _ bool) []byte { return dst }
func (*chatDocument) appendID(dst []byte, _ int) []byte              { return dst }
func (*chatDocument) appendData(dst []byte, _ int) []byte            { return dst }
func (*chatDocument) appendTail(dst []byte, _, _ int) []byte         { return dst }
func (*chatDocument) appendComment(dst []byte, _ string) []byte      { return dst }
func (*chatDocument) appendHeartbeat(dst []byte) []byte              { return dst }

func (d *chatDocument) appendEnd(dst []byte, _ *broker.Message, total int) []byte {
	dst = append(dst, `","refusal":null},"logprobs":null,"finish_reason":"stop"}],"usage":`...)
	dst = appendUsage(dst, d.prompt, total)
	return append(dst, "}\n"...)
}

// appendBroken leaves the document as it is, which nobody takes for a whole one.
func (*chatDocument) appendBroken(dst []byte, _ string, _ time.Duration) []byte { return dst }
