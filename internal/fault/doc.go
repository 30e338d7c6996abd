// Package fault is the plans of what goes wrong in a stream: a plan says what
// happens to the chunk of each position, and does none of it. It knows neither
// streams nor HTTP.
//
// # Plans
//
// A plan is written as its faults, with commas between them:
//
//	cut@12,stall:5s@3,drop:5%,jitter:20ms,eol:crlf
//
// @N is a position, :V a value and :P% a chance that each chunk has. [Kinds] is the
// table of all faults; the documents and what the server tells of them are made
// from it.
//
// # The same again
//
// A plan, a seed and a position decide alone what happens. So the same plan with the
// same seed does the same in each stream, also in one that is resumed, in the server
// and in a client that expects it.
//
// What happens at a position happens to the first chunk at it or behind it, as
// positions of a progress stream may be left out. To a stream that is resumed,
// nothing happens at its first position: it has happened before. So a client that
// comes back after a cut goes on.
package fault
