// Package measure holds what a load run measured: distributions, counts and a
// line per second.
//
// A [Tally] is filled by one writer at a time, and two of them merge into one,
// so each group of clients and each process fills its own and nothing is shared
// while the load runs. It travels between processes as JSON, its histograms in
// the HdrHistogram V2 encoding, without any loss.
//
// # Units
//
// Inside this package a moment is a time.Duration since the start of the run,
// and a distribution counts whole microseconds, or what else [Metric.Unit] says.
// Histograms keep three significant digits between one microsecond and one hour,
// or the same numbers of another unit; what is beyond counts as the bound.
//
// # Windows
//
// A run has three windows. In [Ramp] the clients open, in [Steady] all of them
// are there, in [Drain] nothing new opens and what is under way may end. Every
// value belongs to one of them: lateness by the moment when the event was due;
// an open lag and what there is once for each stream (time to first event,
// duration, rates) by the planned open; the answer to a publication or an
// append, and the delivery of what was appended, by the moment when that was
// due; the rest by the moment of the arrival.
package measure
