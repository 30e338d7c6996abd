package tlscert_test

import (
	"crypto/ecdsa"
	"crypto/x509"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"sseserver/internal/tlscert"
	"sseserver/internal/tlscert/tlscerttest"
)

// served is a source in a directory of its own, and what it told.
type served struct {
	*tlscert.Source
	t         *testing.T
	cert, key string // its files
	told      []string
}

func serve(t *testing.T, pair tlscerttest.Pair) *served {
	t.Helper()
	dir := t.TempDir()
	s := &served{t: t, cert: filepath.Join(dir, "cert.pem"), key: filepath.Join(dir, "key.pem")}
	pair.Write(t, s.cert, s.key)
	s.open()
	return s
}

func (s *served) open() {
	s.t.Helper()
	source, err := tlscert.Open(s.cert, s.key)
	if err != nil {
		s.t.Fatal(err)
	}
	source.Reloaded = func(fingerprint string, err error) {
		s.told = append(s.told, strings.TrimSpace(fmt.Sprint(fingerprint, " ", reason(err))))
	}
	s.Source = source
}

// reason is the last part of an error, in which there is no file's name.
func reason(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()[strings.LastIndex(err.Error(), ": ")+2:]
}

// want shakes hands, and checks which certificate that gives and what was told
// since the last time: "fingerprint error".
func (s *served) want(pair tlscerttest.Pair, told ...string) {
	s.t.Helper()
	if _, err := s.Get(nil); err != nil {
		s.t.Error(err)
	}
	if got := s.Fingerprint(); got != pair.Fingerprint {
		s.t.Errorf("got certificate %s, want %s", got, pair.Fingerprint)
	}
	if !slices.Equal(s.told, told) {
		s.t.Errorf("told %q, want %q", s.told, told)
	}
	s.told = nil
}

// write writes one file, and gives it a modification time if there is one.
func (s *served) write(name string, content []byte, modified time.Time) {
	s.t.Helper()
	if err := os.WriteFile(name, content, 0o600); err != nil {
		s.t.Fatal(err)
	}
	if err := os.Chtimes(name, time.Time{}, modified); err != nil {
		s.t.Fatal(err)
	}
}

const mismatch = "private key does not match public key"

// A rotation that replaces one file after the other.
func TestReload(t *testing.T) {
	first, second, third := tlscerttest.New(t), tlscerttest.New(t), tlscerttest.New(t)
	s := serve(t, first)
	s.want(first)
	s.write(s.cert, second.Cert, time.Unix(1, 0))
	s.want(first, first.Fingerprint+" "+mismatch)
	s.want(first) // told once
	s.write(s.key, second.Key, time.Unix(1, 0))
	s.want(second, second.Fingerprint)
	s.want(second)
	s.write(s.key, third.Key, time.Unix(2, 0)) // the other way round
	s.want(second, second.Fingerprint+" "+mismatch)
	s.write(s.cert, third.Cert, time.Unix(2, 0))
	s.want(third, third.Fingerprint)
}

func TestReloadOfBadFiles(t *testing.T) {
	first, second := tlscerttest.New(t), tlscerttest.New(t)
	past := tlscerttest.Valid(t, time.Unix(0, 0), time.Unix(3600, 0))
	s := serve(t, first)
	past.Write(t, s.cert, s.key)
	s.want(first, first.Fingerprint+" the certificate expired at 1970-01-01T01:00:00Z")
	s.write(s.cert, []byte("no PEM"), time.Unix(1, 0))
	s.want(first, first.Fingerprint+" no certificate in PEM form")
	if err := os.Remove(s.cert); err != nil {
		t.Fatal(err)
	}
	s.want(first, first.Fingerprint+" no such file or directory")
	s.want(first)
	second.Write(t, s.cert, s.key)
	s.want(second, second.Fingerprint)
}

// Files that look as they did are not read; but while they are bad they are, since
// what was wrong with them may have been their permissions.
func TestReloadOfFilesThatLookUnchanged(t *testing.T) {
	first, second := tlscerttest.New(t), tlscerttest.New(t)
	then := time.Unix(1, 0)
	s := serve(t, first)
	s.write(s.key, first.Key, then)
	s.want(first, first.Fingerprint) // it was touched
	s.write(s.key, second.Key, then)
	if len(first.Key) != len(second.Key) {
		t.Fatal("the keys differ in length")
	}
	s.want(first)
	s.write(s.cert, second.Cert, then)
	s.want(second, second.Fingerprint)
	s.write(s.cert, append(second.Cert, '\n'), then)
	s.want(second, second.Fingerprint) // it has grown

	s.write(s.key, first.Key, time.Unix(2, 0))
	s.want(second, second.Fingerprint+" "+mismatch)
	s.write(s.key, second.Key, time.Unix(2, 0))
	s.want(second, second.Fingerprint)
}

// Kubernetes mounts a secret as links through a directory that is a link itself,
// which it replaces.
func TestReloadBehindALink(t *testing.T) {
	first, second := tlscerttest.New(t), tlscerttest.New(t)
	for len(second.Cert) != len(first.Cert) { // so that only the file itself is another one
		second = tlscerttest.New(t)
	}
	dir := t.TempDir()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	s := &served{t: t, cert: filepath.Join(dir, "tls.crt"), key: filepath.Join(dir, "tls.key")}
	for name, pair := range map[string]tlscerttest.Pair{"v1": first, "v2": second} {
		must(os.Mkdir(filepath.Join(dir, name), 0o700))
		s.write(filepath.Join(dir, name, "tls.crt"), pair.Cert, time.Unix(1, 0))
		s.write(filepath.Join(dir, name, "tls.key"), pair.Key, time.Unix(1, 0))
	}
	must(os.Symlink("v1", filepath.Join(dir, "..data")))
	must(os.Symlink("..data/tls.crt", s.cert))
	must(os.Symlink("..data/tls.key", s.key))
	s.open()
	s.want(first)
	must(os.Symlink("v2", filepath.Join(dir, "..new")))
	must(os.Rename(filepath.Join(dir, "..new"), filepath.Join(dir, "..data")))
	s.want(second, second.Fingerprint)
}

// Many handshakes at once, while the files change: for the race detector.
func TestGetConcurrently(t *testing.T) {
	pairs := []tlscerttest.Pair{tlscerttest.New(t), tlscerttest.New(t)}
	s := serve(t, pairs[0])
	var running sync.WaitGroup
	for i := range 4 {
		running.Go(func() {
			for range 100 {
				if i == 0 {
					pairs[1].Write(t, s.cert, s.key)
				}
				if c, err := s.Get(nil); err != nil || c == nil || s.Fingerprint() == "" {
					t.Errorf("got %v, %v", c, err)
				}
			}
		})
	}
	running.Wait()
	s.told = nil
	if _, _ = s.Get(nil); s.Fingerprint() != pairs[1].Fingerprint {
		t.Error("the last write was not read")
	}
}

func TestSelfSigned(t *testing.T) {
	s, err := tlscert.SelfSigned()
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := s.Get(nil)
	if err != nil {
		t.Fatal(err)
	}
	leaf := certificate.Leaf
	roots := x509.NewCertPool()
	roots.AddCert(leaf)
	for _, name := range []string{"localhost", "127.0.0.1", "::1"} {
		if _, err := leaf.Verify(x509.VerifyOptions{DNSName: name, Roots: roots}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if key, ok := leaf.PublicKey.(*ecdsa.PublicKey); !ok || key.Params().Name != "P-256" {
		t.Errorf("the key is a %T", leaf.PublicKey)
	}
	if days := leaf.NotAfter.Sub(leaf.NotBefore).Hours() / 24; days > 825 {
		t.Errorf("valid for %v days", days)
	}
	another, err := tlscert.SelfSigned()
	if err != nil || another.Fingerprint() == s.Fingerprint() || len(s.Fingerprint()) != 64 {
		t.Errorf("fingerprints %s and %s, %v", s.Fingerprint(), another.Fingerprint(), err)
	}
}
