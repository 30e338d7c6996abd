package admin

import (
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"sseserver/internal/answer"
	"sseserver/internal/logs"
	"sseserver/internal/token"
)

// guard decides who may use the admin listener. A port of this machine is open to
// every web page that its users look at: the page's scripts may send requests to
// it, and read the answers once the page's own name resolves to the machine (DNS
// rebinding). So the host that a request is addressed to and the page that it
// comes from must be right, even where no token is asked for.
type guard struct {
	hosts []string
	token token.Token
}

// codeForbidden is of the admin listener alone, and no part of the API.
const codeForbidden = "forbidden"

// challenges are the two ways to bring the token (RFC 9110 §11.6.1). Browsers
// know the first.
var challenges = []string{`Basic realm="sseserver admin", charset="UTF-8"`, "Bearer"}

// before lets next answer only what the guard lets pass. No answer is kept by a
// cache or taken for another type than it says.
func (g guard) before(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		if refusal := g.refusal(r); refusal != nil {
			if refusal.Status == http.StatusUnauthorized {
				w.Header()["Www-Authenticate"] = challenges
			}
			refusal.Write(w)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// refusal says why a request may not pass; nil if it may.
func (g guard) refusal(r *http.Request) *answer.Problem {
	switch {
	case !g.isAt(r.Host):
		return forbidden("the admin listener does not answer to the host that this request names; --admin-hosts adds one")
	case isCrossSite(r):
		return forbidden("the admin listener does not answer to pages of other sites")
	case g.token.IsSet() && !g.token.Is(token.Bearer(r)) && !g.token.Is(token.Password(r)):
		return answer.NewProblem(http.StatusUnauthorized, logs.CodeUnauthorized, "Unauthorized", "the admin listener needs its token, as a bearer token or as the password of HTTP Basic")
	}
	return nil
}

func forbidden(detail string) *answer.Problem {
	return answer.NewProblem(http.StatusForbidden, codeForbidden, "Forbidden", detail)
}

// isAt says whether hostport, a Host field, names this listener. Whoever
// rebinds a name of theirs to this machine cannot choose one of these.
func (g guard) isAt(hostport string) bool {
	host := strings.ToLower((&url.URL{Host: hostport}).Hostname())
	// Below .localhost is nobody else (RFC 6761 §6.3).
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	address, err := netip.ParseAddr(host)
	return err == nil && address.IsLoopback() || slices.Contains(g.hosts, host)
}

// isCrossSite says whether a browser sent the request for a page of another
// origin. Browsers send Sec-Fetch-Site where they trust the connection; older
// ones, and those that do not, send Origin with all that is not a plain GET.
func isCrossSite(r *http.Request) bool {
	for _, site := range r.Header.Values("Sec-Fetch-Site") {
		if site != "same-origin" && site != "none" { // none: somebody typed the address
			return true
		}
	}
	return slices.ContainsFunc(r.Header.Values("Origin"), func(origin string) bool {
		u, err := url.Parse(origin)
		return err != nil || !strings.EqualFold(u.Host, r.Host)
	})
}
