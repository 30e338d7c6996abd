package tlscert

import (
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"os"
	"sync"
)

// Source is the certificate that a server shows. Any number of goroutines may use
// it.
type Source struct {
	// Reloaded, if it is set, is told that the files have changed, with the
	// fingerprint of the certificate that is in use from now on. An error says why
	// that is the old one; the same error is told once. Set it before the first
	// handshake. One goroutine at a time calls it, and handshakes wait for it.
	Reloaded func(fingerprint string, err error)

	certFile, keyFile string // empty if the certificate was made in memory

	mu      sync.Mutex
	current *tls.Certificate
	seen    [2]os.FileInfo // the files, just before they were read
	problem string         // what was wrong with them then
}

// Open returns the certificate of two PEM files, which may be one and the same.
// The certificate's file may go on with those of its issuers. An error is an
// *Error.
func Open(certFile, keyFile string) (*Source, error) {
	s := &Source{certFile: certFile, keyFile: keyFile}
	s.seen = s.look()
	var err error
	s.current, err = read(certFile, keyFile)
	return s, err
}

// Get returns the certificate, for tls.Config.GetCertificate. It never fails.
func (s *Source) Get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.certFile != "" {
		s.renew()
	}
	return s.current, nil
}

// Fingerprint returns the SHA-256 hash of the certificate in use, in hexadecimal
// digits.
func (s *Source) Fingerprint() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return fingerprint(s.current)
}

func fingerprint(c *tls.Certificate) string {
	hash := sha256.Sum256(c.Certificate[0])
	return hex.EncodeToString(hash[:])
}

// renew reads the files if they are not what they were. It is called with mu held.
func (s *Source) renew() {
	found := s.look() // before reading: a change in between is seen next time
	if s.problem == "" && same(found[0], s.seen[0]) && same(found[1], s.seen[1]) {
		return
	}
	s.seen = found
	renewed, err := read(s.certFile, s.keyFile)
	if err != nil {
		if s.problem != err.Error() {
			s.problem = err.Error()
			s.tell(err)
		}
		return
	}
	s.current, s.problem = renewed, ""
	s.tell(nil)
}

func (s *Source) tell(err error) {
	if s.Reloaded != nil {
		s.Reloaded(fingerprint(s.current), err)
	}
}

// look asks for the state of both files. A missing one is nil.
func (s *Source) look() (found [2]os.FileInfo) {
	for i, name := range []string{s.certFile, s.keyFile} {
		if info, err := os.Stat(name); err == nil {
			found[i] = info
		}
	}
	return found
}

// same says whether a file is unchanged, and not another one behind a link of the
// same name.
func same(a, b os.FileInfo) bool {
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	return os.SameFile(a, b) && a.Size() == b.Size() && a.ModTime().Equal(b.ModTime())
}
