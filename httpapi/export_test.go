package httpapi

import (
	"io"
	"time"
)

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

// SetSilence sets how long a client of HTTP/2 may send nothing of a body that is discarded.
func (s *Server) SetSilence(silence time.Duration) { s.silence = silence }

// BodyBytes returns what they cost now.
func (s *Server) BodyBytes() int64 {
	s.intake.mu.Lock()
	defer s.intake.mu.Unlock()
	return s.intake.held
}

// Pieces returns the pieces of a text body, of which so much is announced, and how
// it ended: nil if it was all text.
func Pieces(body io.Reader, length int64) (pieces []string, err error) {
	a := newArrival(body, length, func(int64) bool { return true })
	for {
		piece, err := a.next()
		if err == io.EOF {
			return pieces, nil
		}
		if err != nil {
			return pieces, err
		}
		pieces = append(pieces, string(piece))
	}
}

// ErrNotText is how one ends that has something else in it.
var ErrNotText = errNotText

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

// SetPatience sets how long a connection must have been quiet to be closed for another.
func (b *Beside) SetPatience(patience time.Duration) {
	b.conns.mu.Lock()
	defer b.conns.mu.Unlock()
	b.conns.newcomers.patience = patience
}
