package tlscert

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"
)

// Error is what is wrong with one of the two files.
type Error struct {
	File  string // as it was given to Open
	IsKey bool   // whether it is that of the key
	Err   error
}

func (e *Error) Error() string { return e.File + ": " + e.Err.Error() }
func (e *Error) Unwrap() error { return e.Err }

// read returns the certificate of two files. An error is an *Error.
func read(certFile, keyFile string) (*tls.Certificate, error) {
	certPEM, err := os.ReadFile(certFile)
	if err != nil {
		return nil, &Error{certFile, false, withoutPath(err)}
	}
	if err := check(certPEM, time.Now()); err != nil {
		return nil, &Error{certFile, false, err}
	}
	keyPEM, err := os.ReadFile(keyFile)
	if err != nil {
		return nil, &Error{keyFile, true, withoutPath(err)}
	}
	pair, err := tls.X509KeyPair(certPEM, keyPEM)
	if err != nil { // the key's fault, as the certificate is good
		return nil, &Error{keyFile, true, fmt.Errorf("not the key of the certificate in %s: %w", certFile, err)}
	}
	return &pair, nil
}

// withoutPath is the error of a file without its name, which Error has.
func withoutPath(err error) error {
	if inner, ok := errors.AsType[*fs.PathError](err); ok {
		return inner.Err
	}
	return err
}

// check finds what is wrong with a certificate.
func check(certPEM []byte, now time.Time) error {
	leaf, err := leafOf(certPEM)
	switch {
	case err != nil:
		return err
	case now.After(leaf.NotAfter):
		return fmt.Errorf("the certificate expired at %s", leaf.NotAfter.UTC().Format(time.RFC3339))
	case now.Before(leaf.NotBefore):
		return fmt.Errorf("the certificate is not valid before %s", leaf.NotBefore.UTC().Format(time.RFC3339))
	}
	return nil
}

// leafOf returns the first certificate of a PEM file, which is the server's own.
func leafOf(certPEM []byte) (*x509.Certificate, error) {
	for {
		var block *pem.Block
		block, certPEM = pem.Decode(certPEM)
		switch {
		case block == nil:
			return nil, errors.New("no certificate in PEM form")
		case block.Type == "CERTIFICATE":
			return x509.ParseCertificate(block.Bytes)
		}
	}
}
