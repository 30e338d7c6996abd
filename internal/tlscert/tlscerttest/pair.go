// Package tlscerttest makes certificates for tests.
package tlscerttest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"net"
	"os"
	"testing"
	"time"
)

// Pair is a certificate for 127.0.0.1 and its key, as PEM.
type Pair struct {
	Cert, Key   []byte
	Fingerprint string // SHA-256, in hexadecimal digits
}

// New makes a pair that is valid for an hour around now.
func New(t testing.TB) Pair {
	t.Helper()
	return Valid(t, time.Now().Add(-time.Hour/2), time.Now().Add(time.Hour/2))
}

// Valid makes a pair that is valid from one time to another.
func Valid(t testing.TB, from, until time.Time) Pair {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{NotBefore: from, NotAfter: until, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	cert, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	hash := sha256.Sum256(cert)
	return Pair{
		Cert:        pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert}),
		Key:         pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}),
		Fingerprint: hex.EncodeToString(hash[:]),
	}
}

// Write writes the pair to two files.
func (p Pair) Write(t testing.TB, certFile, keyFile string) {
	t.Helper()
	for name, content := range map[string][]byte{certFile: p.Cert, keyFile: p.Key} {
		if err := os.WriteFile(name, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
