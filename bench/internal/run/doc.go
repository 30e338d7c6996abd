// Package run does the measuring: in each round of a [Scenario] every server
// has its turn, alone on its core, with sseload as the client on another.
//
// # A turn
//
// The server starts and its idle memory is read. The streams open at an even
// pace; when all are there, the steady window begins. CPU time and memory are
// sampled all along, and the events that sseload received are known by the
// second, so that the cost of an event is
//
//	CPU time in the whole seconds of the steady window / events received in them
//
// and the memory of a stream is
//
//	(most memory in the steady window - idle memory) / streams
//
// Lateness and loss are sseload's. Then the server is stopped.
//
// Rounds are paired: the servers take turns within each, so what the machine
// does to one of them it mostly does to its neighbours, too, and a ratio is
// taken within a round.
package run
