// Package admin is the HTTP side of the admin listener: what an operator asks
// and watches, and nobody else.
//
// # Where things are
//
//   - admin.go: New, Config, and the table of what is served; guard.go: who may
//     ask.
//   - profiles.go, loglevel.go: what is below /debug/.
package admin

