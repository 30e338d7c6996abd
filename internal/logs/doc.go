// Package logs is the closed catalogue of what this program writes to its log,
// and the logger that writes it.
//
// Every line is one [Event]: a name such as "stream.closed", the levels it may
// have, a fixed sentence, and the fields it carries. table.go is the only place
// where events are declared; docs/logs.md is generated from it, and package
// logstest fails a test that logs anything else.
//
//	logs.MessageSubmitted.Log(l, logs.MessageID(id), logs.Bytes(n), logs.Total(chunks))
//
// No event has a field for the text of a message, and none may be added.
// Nothing is sampled: what is enabled is written.
//
// # Cost
//
// Where the level is off, Log returns after one comparison and the fields'
// slice stays on the caller's stack. The fields themselves are still built (64
// bytes each), so a hot path asks [Event.Enabled] first and logs from a
// function of its own, which keeps the frame of its loop small.
package logs
