package httpapi

import (
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"strings"

	"sseserver/internal/logs"
)

// token is a secret that a request must bring. It is kept as a digest, so that
// comparing it takes the same time whatever a guess has in common with it, the
// length included. The zero value is no token.
type token struct {
	isSet  bool
	digest [sha256.Size]byte
}

// newToken returns no token for "".
func newToken(text string) token {
	return token{text != "", sha256.Sum256([]byte(text))}
}

// is says whether text is the token. No text is no token.
func (t token) is(text string) bool {
	guess := sha256.Sum256([]byte(text))
	return t.isSet && subtle.ConstantTimeCompare(t.digest[:], guess[:]) == 1
}

// bearer returns the bearer token of a request (RFC 6750 §2.1), "" if it has
// none. The name of the scheme may be written in upper and lower case (RFC 9110
// §11.1).
func bearer(r *http.Request) string {
	scheme, text, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimLeft(text, " ")
}

func unauthorized(detail string) *problem {
	return &problem{Status: http.StatusUnauthorized, Code: logs.CodeUnauthorized, Title: "Unauthorized", Detail: detail}
}

// requireSendToken lets nobody write without the send token, if there is one. It
// stands in front of all routes and lists what needs no token, not what does: a
// route or method that is added later needs it by itself.
func (s *Server) requireSendToken(mux *http.ServeMux) http.Handler {
	sendToken := newToken(s.config.SendToken)
	if !sendToken.isSet {
		return mux
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if onlyReads(r.Method) || sendToken.is(bearer(r)) {
			mux.ServeHTTP(w, r)
			return
		}
		_, r.Pattern = mux.Handler(r) // for the log: mux sets it only when it serves
		w.Header().Set("WWW-Authenticate", "Bearer")
		exchangeOf(w).reject(wrongSendToken(r))
	})
}

// onlyReads says whether a method changes nothing, whatever the path.
func onlyReads(method string) bool {
	return method == http.MethodGet || method == http.MethodHead || method == http.MethodOptions
}

func wrongSendToken(r *http.Request) *problem {
	if r.Header.Get("Authorization") == "" {
		return unauthorized("this request needs the server's send token, as Authorization: Bearer TOKEN")
	}
	return unauthorized("the Authorization field does not have the server's send token as its bearer token")
}
