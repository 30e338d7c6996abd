package broker

import "context"

// registry is the running streams. As messages, it is plain state: the loop, or a
// test, calls its methods. It knows of a message nothing but its id.
type registry struct {
	limit   int
	running map[Kind]int // streams, from open until closed is told of their end

	// The streams of messages that are not gone. A message without one has no list.
	byMessage map[MessageID]*list[stream]
}

// stream is one running stream.
type stream struct {
	message MessageID
	kind    Kind
	cancel  context.CancelCauseFunc // tells it to end, if it was not told before
	place   place[stream]           // among those of its message
}

func newRegistry(limit int) registry {
	return registry{limit: limit, running: make(map[Kind]int), byMessage: make(map[MessageID]*list[stream])}
}

// open registers a stream, which cancel ends. It says false if there are as many
// as there may be.
func (r *registry) open(message MessageID, kind Kind, cancel context.CancelCauseFunc) (*stream, bool) {
	if r.active() >= r.limit {
		return nil, false
	}
	opened := &stream{message: message, kind: kind, cancel: cancel}
	streams := r.byMessage[message]
	if streams == nil {
		streams = new(list[stream])
		r.byMessage[message] = streams
	}
	streams.pushBack(&opened.place, opened)
	r.running[kind]++
	return opened, true
}

// closed takes a stream that has ended out of the registry.
func (r *registry) closed(ended *stream) {
	r.running[ended.kind]--
	ended.place.remove()
	if streams := r.byMessage[ended.message]; streams != nil && streams.len == 0 {
		delete(r.byMessage, ended.message)
	}
}

// endMessage tells the streams of a message that is gone to end, and returns how
// many those are. They count as running until closed is told of them.
func (r *registry) endMessage(message MessageID, cause error) int {
	streams := r.byMessage[message]
	delete(r.byMessage, message)
	return cancelEach(streams, cause)
}

// endAll tells the streams of all messages that are not gone to end, and returns
// how many those are.
func (r *registry) endAll(cause error) (n int) {
	for _, streams := range r.byMessage {
		n += cancelEach(streams, cause)
	}
	return n
}

func cancelEach(streams *list[stream], cause error) int {
	if streams == nil {
		return 0
	}
	for stream := range streams.all() {
		stream.cancel(cause)
	}
	return streams.len
}

// ofMessage counts the streams of a message that is not gone.
func (r *registry) ofMessage(message MessageID) int {
	if streams := r.byMessage[message]; streams != nil {
		return streams.len
	}
	return 0
}

// active counts the running streams.
func (r *registry) active() (n int) {
	for _, running := range r.running {
		n += running
	}
	return n
}
