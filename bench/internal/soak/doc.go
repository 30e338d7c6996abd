// Package soak runs the server, built with the race detector, under mixed load,
// and then asks whether everything adds up.
//
// # A soak
//
// [Run] starts one server without TLS and one with it, looks at them idle, and
// lets the load work on both for the given time. It then stops the load and
// compares: at rest, each server has as many goroutines and descriptors as when
// it was idle. With N quiet streams open, the broker's registry, the gauge of
// the metrics and the descriptors say N, and the goroutines a fixed multiple
// of it. SIGTERM then finds streams open, and the exit code must be 0.
//
// # The ledger
//
// The logs of all that, rotated all the time, are read as a [Ledger]: what was
// opened was closed once, what was submitted was deleted or evicted once or is
// still stored, and no line is broken or missing.
package soak
