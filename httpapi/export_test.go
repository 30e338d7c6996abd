package httpapi

// Routes returns the methods of each path of the API.
func (s *Server) Routes() map[string][]string {
	routes := make(map[string][]string)
	for _, route := range s.routes() {
		routes[route.pattern] = append(routes[route.pattern], route.method)
	}
	return routes
}

// Conns returns how many connections the server counts as open.
func (s *Server) Conns() int {
	s.conns.mu.Lock()
	defer s.conns.mu.Unlock()
	return s.conns.open
}

// SetBodyRoom sets what all bodies in progress may cost together.
func (s *Server) SetBodyRoom(bytes int64) { s.intake.room = bytes }

// BodyBytes returns what they cost now.
func (s *Server) BodyBytes() int64 {
	s.intake.mu.Lock()
	defer s.intake.mu.Unlock()
	return s.intake.held
}

// HoldParsers lets no large body be parsed until it is released.
func (s *Server) HoldParsers() (release func()) { return hold(s.parsing) }

// HoldOpenings lets no stream be opened until it is released.
func (s *Server) HoldOpenings() (release func()) { return hold(s.opening) }

// hold takes all places of a semaphore.
func hold(places chan struct{}) (release func()) {
	for range cap(places) {
		places <- struct{}{}
	}
	return func() {
		for range cap(places) {
			<-places
		}
	}
}
