package httpapi

// Watched returns how many connections the disconnect watch knows.
func (s *Server) Watched() int {
	s.watch.mu.Lock()
	defer s.watch.mu.Unlock()
	return len(s.watch.gone)
}
