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
