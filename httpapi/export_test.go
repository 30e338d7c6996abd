package httpapi

import "maps"

// Routes returns the methods of each path of the API.
func (s *Server) Routes() map[string][]string {
	routes := make(map[string][]string)
	for path, methods := range s.routes() {
		for method := range maps.Keys(methods) {
			routes[path] = append(routes[path], method)
		}
	}
	return routes
}

// Conns returns how many connections the server counts as open.
func (s *Server) Conns() int { return int(s.conns.Load()) }
