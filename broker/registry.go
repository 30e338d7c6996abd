package broker

import (
	"context"
	"net/netip"
)

// registry is the running streams. As messages, it is plain state: the loop, or a
// test, calls its methods. It knows of a message nothing but its id.
type registry struct {
	limit   int
	clients *clients     // whose streams they are
	running map[Kind]int // streams, from open until closed is told of their end

	// The streams of messages that are not gone, without those that end was asked for.
	byMessage map[MessageID]*list[stream]
}

// stream is one running stream.
type stream struct {
	message MessageID
	kind    Kind
	share   *share                  // of its client
	cancel  context.CancelCauseFunc // tells it to end, if it was not told before
	tell    func()                  // tells it that its message has changed; nil for one that does not
	runs    *Subscription           // what it is for those outside
	reader  reader                  // who reads it
	place   place[stream]           // among those of its message
}

func newRegistry(limit int, clients *clients) registry {
	return registry{limit: limit, clients: clients, running: make(map[Kind]int), byMessage: make(map[MessageID]*list[stream])}
}

// open registers a stream of client, which cancel ends. It fails with
// ErrTooManyStreams or ErrClientStreams.
func (r *registry) open(client netip.Prefix, message MessageID, kind Kind, cancel context.CancelCauseFunc) (*stream, error) {
	if r.active() >= r.limit {
		return nil, ErrTooManyStreams
	}
	share, ok := r.clients.openStream(client)
	if !ok {
		return nil, ErrClientStreams
	}
	opened := &stream{message: message, kind: kind, share: share, cancel: cancel}
	streams := r.byMessage[message]
	if streams == nil {
		streams = new(list[stream])
		r.byMessage[message] = streams
	}
	streams.pushBack(&opened.place, opened)
	r.running[kind]++
	return opened, nil
}

// closed takes a stream that has ended out of the registry.
func (r *registry) closed(ended *stream) {
	r.running[ended.kind]--
	r.clients.closeStream(ended.share)
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

// tell tells the streams of a message that it has changed.
func (r *registry) tell(message MessageID) {
	if streams := r.byMessage[message]; streams != nil {
		for stream := range streams.all() {
			if stream.tell != nil {
				stream.tell()
			}
		}
	}
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

// all returns the running streams in no order, without those of messages that are gone
// and those that end was asked for.
func (r *registry) all() []*Subscription {
	all := make([]*Subscription, 0, r.active())
	for _, streams := range r.byMessage {
		for stream := range streams.all() {
			all = append(all, stream.runs)
		}
	}
	return all
}

// end tells one stream to end, and returns it; nil if there is none of that id, or it
// was told before. As those of a message that is gone, it counts as running until closed
// is told of it, and is not listed. end looks at all streams, as it is a person who asks.
func (r *registry) end(id SubscriptionID, cause error) *Subscription {
	for _, streams := range r.byMessage {
		for stream := range streams.all() {
			if stream.runs.ID == id {
				stream.place.remove()
				stream.cancel(cause)
				return stream.runs
			}
		}
	}
	return nil
}

// active counts the running streams.
func (r *registry) active() (n int) {
	for _, running := range r.running {
		n += running
	}
	return n
}
