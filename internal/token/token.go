// Package token compares the secrets that requests bring.
package token

import (
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"strings"
)

// Token is a secret that a request must bring. It is kept as a digest, so that
// comparing it takes the same time whatever a guess has in common with it, the
// length included. The zero value is no token. Any goroutine may use one.
type Token struct {
	isSet  bool
	digest [sha256.Size]byte
}

// New returns no token for "".
func New(text string) Token {
	return Token{text != "", sha256.Sum256([]byte(text))}
}

// IsSet says whether there is a token at all.
func (t Token) IsSet() bool { return t.isSet }

// Is says whether text is the token. No text is no token.
func (t Token) Is(text string) bool {
	guess := sha256.Sum256([]byte(text))
	return t.isSet && subtle.ConstantTimeCompare(t.digest[:], guess[:]) == 1
}

// Bearer returns the bearer token of a request (RFC 6750 §2.1), "" if it has
// none. The name of the scheme may be written in upper and lower case (RFC 9110
// §11.1).
func Bearer(r *http.Request) string {
	scheme, text, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimLeft(text, " ")
}

// Password returns that of HTTP Basic (RFC 7617), whoever the user is.
func Password(r *http.Request) string {
	_, password, _ := r.BasicAuth()
	return password
}
