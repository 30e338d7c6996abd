// Package tlscert provides the certificate of a TLS server: from two files, which
// are read anew when they change, or made in memory.
//
// A Source looks at its files at each handshake and has no goroutine: two calls of
// stat(2) cost little beside a handshake, and the next client after a change gets
// the new certificate. While the files do not give a certificate (a rotation that
// has replaced one of the two, say, or a key that may not be read) the old one
// stays in use, and they are read again at each handshake until they do.
package tlscert
