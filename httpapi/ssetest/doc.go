// Package ssetest runs the server in tests and reads its streams as they
// arrive.
//
//	server := ssetest.Start(t, ssetest.Config{InMemory: true})
//	id := server.Submit("Hi")
//	stream := server.Open(ssetest.HTTP1, "/stream/"+id)
//	stream.WantOpening()
//	stream.WantChunk(0, "H")
//	stream.WantChunk(1, "i")
//	stream.WantDone()
//
// # Real and in-memory connections
//
// By default a server listens on a port of the loopback interface. With
// Config.InMemory its connections are pipes of this package: then nothing waits
// for the system, so that a test runs in a bubble of testing/synctest and can
// tell exact times. Everything else, net/http on both sides included, is the
// same. What a pipe holds is bounded, as with a socket, so that a server can be
// made to wait for its client; and it remembers each write.
//
// # Ends
//
// Start and everything it leads to is ended by the test's cleanup, latest
// first, and waited for: a test with goleak, or a bubble, finds what remains.
// The log is checked against the catalogue by then.
//
// A Server may be used by several goroutines, a Stream by one at a time. A check
// that fails stops the test, so it belongs to the test's own goroutine.
package ssetest
