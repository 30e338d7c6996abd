// Package verify proves a log: that each line is as the catalogue of package logs
// declares it, and that the lines agree with each other.
//
//	v := verify.New(report)
//	input.OnBroken = v.Broken
//	result, err := reading.Read(ctx, input, v.Line)
//	v.End()
//
// # What is checked
//
//   - Each line: its level, its sentence, its fields, their types and their words.
//   - Each process: its lines are numbered without a gap, but for those that
//     log.entries_dropped owns up to; time does not go back; server.starting comes
//     first and nothing after server.shutdown_completed, whose counts are those of
//     the lines.
//   - Each stream: one stream.opened and one stream.closed, which agree with each
//     other, with its message, with its plan of faults and with the line of its
//     request; its chunks are those from its first position to its last.
//   - Each message: it was submitted before anything else happened to it, and what
//     was submitted and not removed is still stored at the end.
//
// # What cannot be checked
//
// A log may begin in the middle, lack lines that its level left out, or have holes. Then
// nothing is said of what the missing lines may have told, and the summary says that
// there are some. One missing line is one problem, and not one for each line that it
// leaves alone. What ends with neither server.shutdown_completed nor an open stream's
// end is a server that still runs, or was killed, which is no fault of its log. Servers
// that share their messages (--nats) do not know all of them, so the rules for messages
// are left out there.
//
// Lines of different streams race for their places in the log: a stream may be said to
// have ended with its message a moment before the message is said to be deleted. What
// is missing is a problem only when it has not come for a while.
//
// # Memory
//
// What is kept is what is open: streams, stored messages, requests without an answer.
package verify
