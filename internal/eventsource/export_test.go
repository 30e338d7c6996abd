package eventsource

// StreamsInUse is how many places of its http.Transports a Transport holds to be taken.
func (t *Transport) StreamsInUse() int {
	t.http.mu.Lock()
	defer t.http.mu.Unlock()
	n := 0
	for _, p := range t.http.pools {
		n += p.streams
	}
	return n
}
