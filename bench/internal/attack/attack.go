package attack

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// Attack is one input, exactly.
type Attack struct {
	Name    string // for the command line and tables
	Clients int    // at once: connections, or streams of one connection
	Body    int    // bytes of the largest body that it sends

	run func(context.Context, *target) error
}

// mib is the largest body that the server takes by default.
const mib = 1 << 20

// All are the attacks, in the order of the tables.
func All() []Attack {
	return []Attack{
		{Name: "window", Clients: 1000, Body: mib, run: window},
		{Name: "resume", Clients: 2000, Body: mib, run: resume},
		{Name: "members", Clients: 200, Body: mib, run: members},
		{Name: "unread", Clients: 200, Body: mib, run: unread},
	}
}

// Named finds an attack.
func Named(name string) (Attack, error) {
	var names []string
	for _, a := range All() {
		if a.Name == name {
			return a, nil
		}
		names = append(names, a.Name)
	}
	return Attack{}, fmt.Errorf("attack: no attack is called %q; there are %s", name, strings.Join(names, ", "))
}

// target is the server under attack, and what became of that so far.
type target struct {
	Attack
	base   string // http://host:port
	addr   string // host:port
	client *http.Client
	tally  tally
}

// Run attacks the server at base until ctx is done. An error means that the
// attack could not begin; what happens later is in the tally.
func Run(ctx context.Context, a Attack, base string) (Tally, error) {
	u, err := url.Parse(base)
	if err != nil {
		return Tally{}, fmt.Errorf("attack: %w", err)
	}
	// Nothing is shared between the clients, as if they were programs apart.
	transport := &http.Transport{DisableKeepAlives: true, DisableCompression: true}
	t := &target{Attack: a, base: base, addr: u.Host, client: &http.Client{Transport: transport}}
	err = a.run(ctx, t)
	return t.tally.sum(), err
}
