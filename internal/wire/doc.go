// Package wire has the connections that a stream of HTTP/1.1 without TLS takes
// over from net/http, and the watch for clients that leave them.
//
// net/http keeps some 20 KiB for a request that is being answered: buffers, the
// request, a goroutine that reads. A stream that runs for minutes needs none of
// it: only a socket to write to, and to be told when the client is gone. So its
// connection is taken over, and all else is freed.
//
// On Linux, writes go to the socket directly, and one goroutine waits on one epoll
// instance for all clients. Elsewhere, with the build tag portable, and on
// connections that are no sockets, writes set a deadline, and a goroutine for each
// connection reads until the client leaves.
//
// The package knows neither streams nor frames.
package wire
