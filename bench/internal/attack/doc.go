// Package attack is what one hostile client can do to a server of event
// streams with plain requests. Each [Attack] is exact: so many requests of one
// form, at once, and bounded in time by its context.
//
// [Run] drives one and returns a [Tally] of what the server answered. It is
// meant to run in a process of its own, beside a client that is measured.
package attack
