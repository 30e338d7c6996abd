// Package field is the field of servers that are compared: how each is
// installed or built, started for a given [Work], and reached.
//
// They all do the same work: an event stream for each client that asks, one
// event each interval, with the same JSON in it, each server in the way that
// comes natural to it. Where one differs, the bench's README says how.
package field
