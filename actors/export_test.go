package actors

// More tells a streamer that its source, which said Wait, has a text or has
// ended.
func (s *Streamer) More() {
	if len(s.mailbox) == 0 {
		notify(s.mailbox, more)
	}
}
