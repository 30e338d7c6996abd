// Package summary tells in a page what happened in a log: the streams and how they
// ended, how late they were, who read them, what became of the messages, what was
// refused, and when.
//
//	s := summary.New()
//	report, err := reading.Read(ctx, input, s.Line)
//	s.Write(os.Stdout, report, width)
//
// Its memory is bounded, however long the log is: times are kept in histograms of
// three digits, clients beyond a hundred thousand only approximately, and what
// happened when by the minute.
package summary
