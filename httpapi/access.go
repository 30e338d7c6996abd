package httpapi

import (
	"net/http"

	"sseserver/internal/logs"
	"sseserver/internal/token"
)

func unauthorized(detail string) *problem {
	return &problem{Status: http.StatusUnauthorized, Code: logs.CodeUnauthorized, Title: "Unauthorized", Detail: detail}
}

// requireSendToken lets nobody write without the send token, if there is one. It
// stands in front of all routes and lists what needs no token, not what does: a
// route or method that is added later needs it by itself.
func (s *Server) requireSendToken(mux *http.ServeMux) http.Handler {
	sendToken := token.New(s.config.SendToken)
	if !sendToken.IsSet() {
		return mux
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if onlyReads(r.Method) || sendToken.Is(token.Bearer(r)) {
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
