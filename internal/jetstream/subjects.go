package jetstream

import "sseserver/broker"

// subjects are the names by which a store knows what is in the engine.
type subjects struct {
	stream string

	all  string // of all records
	none string // of a message that does not exist

	get, direct, info, create, update, purge string // JetStream's API
}

func subjectsOf(stream string) subjects {
	return subjects{
		stream: stream,
		all:    stream + ".m.*",
		none:   stream + ".m.none",
		get:    "$JS.API.STREAM.MSG.GET." + stream,
		direct: "$JS.API.DIRECT.GET." + stream,
		info:   "$JS.API.STREAM.INFO." + stream,
		create: "$JS.API.STREAM.CREATE." + stream,
		update: "$JS.API.STREAM.UPDATE." + stream,
		purge:  "$JS.API.STREAM.PURGE." + stream,
	}
}

// of returns the subject of a message's records.
func (s subjects) of(id broker.MessageID) string { return s.stream + ".m." + id.String() }

// live returns the subject of what is published again.
func (s subjects) live(id broker.MessageID) string { return s.stream + ".live." + id.String() }

// message returns the message of a subject of records.
func (s subjects) message(subject string) (broker.MessageID, bool) {
	if len(subject) <= len(s.stream)+len(".m.") {
		return broker.MessageID{}, false
	}
	return broker.ParseMessageID(subject[len(s.stream)+len(".m."):])
}
