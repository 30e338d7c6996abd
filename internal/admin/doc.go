// Package admin is the HTTP side of the admin listener: what an operator asks
// and watches, and nobody else.
//
// # Where things are
//
//   - admin.go: New, Config, and the table of what is served; guard.go: who may
//     ask.
//   - profiles.go, loglevel.go: what is below /debug/.
//   - filter.go: which lines somebody wants to see; follow.go: how one follows the
//     log; tail.go: what all who follow it share; lines.go: the log as a file; story.go:
//     what it tells of one id.
//   - streams.go and row.go: the running streams; watch.go: how one watches them.
//   - overview.go: what happens each second.
//   - board.go: how many are told the same; feed.go and frame.go: what is written.
//
// # Cost
//
// Nothing here may slow a stream, however many watch. What many ask alike is made
// once (board.go), a few of them write at a time, each at most four times a second
// and all together two thousand times, and what all of them are sent is bounded in
// bytes a second; what does not fit is told as a gap. What one alone asks, such as the
// lines that were there before it came, is made by one goroutine at a time, in small
// steps between which streams that are due go first. Of many who come at once each is
// answered at once, gets these lines in its turn, and follows the log from then on. Who
// reads slowly waits alone, and misses what it does not take.
package admin
