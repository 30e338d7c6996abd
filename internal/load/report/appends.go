package report

// summarizeAppends says what became of what was appended.
func (r *Report) summarizeAppends(line func(name, format string, values ...any)) {
	line("appends", "%d chunks, %d not accepted", r.Counts.Appended, r.Counts.Unappended)
	if r.AppendRefusal != "" {
		line("", "the first that failed: %s", r.AppendRefusal)
	}
}
