// Package reading reads logs that this program wrote in their JSON form, line by
// line: from files, rotated and compressed ones too, or from a stream.
//
//	report, err := reading.Read(ctx, reading.Files(names), func(line *reading.Line) error {
//		if line.Event == logs.StreamClosed {
//			counts[line.Str("reason")]++
//		}
//		return nil
//	})
//
// It holds one line at a time, whatever the size of the log. What is no line of
// ours is skipped, counted and named in the [Report]; it never ends the reading.
//
// # Lines
//
// A line is one JSON object with an "event", a "level" and a "time". Its event
// need not be in the catalogue, and its fields need not be those that the
// catalogue declares: that is for package verify to judge. JSON is read as
// encoding/json reads it, but for three things: it must be UTF-8, and of a line's
// own keys none may stand twice or have an escape.
//
// # Runs
//
// A run is what one process wrote. A run begins where "seq" begins again at 1,
// and where a file begins that continues no run so far. Files are read in the
// order of their first lines, so that the rotated files of a process are one
// run in any order of names, and the files of several nodes are several.
package reading
