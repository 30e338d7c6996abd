package report

// summarizePublications says what became of what was published.
func (r *Report) summarizePublications(line func(name, format string, values ...any)) {
	c := r.Counts
	line("publications", "%d sent, %d refused; delivered %d of %d to %d clients",
		c.Published, c.Unpublished, c.Delivered, c.Delivered+c.Lost, c.Clients)
	if c.Overlapping > 0 {
		line("", "%d were sent although the hub had left the one before unanswered for a second or more, so it may have got them in another order", c.Overlapping)
	}
	if c.Early > 0 {
		line("", "%d events have the number of a publication that was not due yet: they are of an earlier run or of another publisher", c.Early)
	}
	if r.PublishRefusal != "" {
		line("", "the first that failed: %s", r.PublishRefusal)
	}
}
