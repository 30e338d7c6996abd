// Package produce is the producers' side of live messages: it appends to the
// messages of a server as in this project, and completes them.
//
// A [Message] is one live message with one producer, which asks for one thing at
// a time. Over HTTP/1.1 it has a connection of its own that is kept alive, as
// separate producers have: a request is one write, its answer as a rule one
// read, and between two of them a message holds no buffer. Over HTTP/2 all
// messages of a [Server] share the connections of its http.Client.
//
// A [Pipe] is one long request, whose body is appended as it arrives.
//
// What a server refuses is a [Refusal]. Any other error leaves open whether the
// request was carried out: [Message.Standing] then tells what there is.
package produce
