package tlscert_test

import (
	"encoding/pem"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sseserver/internal/tlscert"
	"sseserver/internal/tlscert/tlscerttest"
)

func TestOpenRefuses(t *testing.T) {
	good, other := tlscerttest.New(t), tlscerttest.New(t)
	day := 24 * time.Hour
	past := tlscerttest.Valid(t, time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2021, 2, 3, 4, 5, 6, 0, time.UTC))
	future := tlscerttest.Valid(t, time.Date(2999, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2999, 1, 1, 0, 0, 0, 0, time.UTC).Add(day))
	broken := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: []byte("no certificate")})
	tests := []struct {
		what      string
		cert, key []byte // nil for a file that is not there
		file      string // to blame
		want      string
	}{
		{"no certificate file", nil, good.Key, "cert.pem", "no such file or directory"},
		{"no key file", good.Cert, nil, "key.pem", "no such file or directory"},
		{"empty certificate file", []byte{}, good.Key, "cert.pem", "no certificate in PEM form"},
		{"the key as certificate", good.Key, good.Key, "cert.pem", "no certificate in PEM form"},
		{"a broken certificate", broken, good.Key, "cert.pem", "x509: malformed certificate"},
		{"an expired certificate", past.Cert, past.Key, "cert.pem", "the certificate expired at 2021-02-03T04:05:06Z"},
		{"a certificate of the future", future.Cert, future.Key, "cert.pem", "the certificate is not valid before 2999-01-01T00:00:00Z"},
		{"the key of another", good.Cert, other.Key, "key.pem", "private key does not match public key"},
		{"no key in the file", good.Cert, good.Cert, "key.pem", "not the key of the certificate in "},
		{"nonsense as key", good.Cert, []byte("secret"), "key.pem", "not the key of the certificate in "},
	}
	for _, test := range tests {
		dir := t.TempDir()
		for name, content := range map[string][]byte{"cert.pem": test.cert, "key.pem": test.key} {
			if content == nil {
				continue
			}
			if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		_, err := tlscert.Open(filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem"))
		wrong, ok := errors.AsType[*tlscert.Error](err)
		if !ok || wrong.File != filepath.Join(dir, test.file) || wrong.IsKey != (test.file == "key.pem") || !strings.Contains(wrong.Err.Error(), test.want) ||
			strings.Count(err.Error(), wrong.File) != 1 || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v\nwant %s to be blamed, with %q", test.what, err, test.file, test.want)
		}
	}
}

// The certificate may stand behind other things in its file, the key's among them.
func TestOpenOneFile(t *testing.T) {
	pair := tlscerttest.New(t)
	file := filepath.Join(t.TempDir(), "both.pem")
	if err := os.WriteFile(file, append(append([]byte("a comment\n"), pair.Key...), pair.Cert...), 0o600); err != nil {
		t.Fatal(err)
	}
	source, err := tlscert.Open(file, file)
	if err != nil || source.Fingerprint() != pair.Fingerprint {
		t.Errorf("got %v, %v; want the certificate", source, err)
	}
}
