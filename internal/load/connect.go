package load

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"net/netip"

	"sseserver/internal/eventsource"
)

var protocols = map[string]eventsource.Protocol{"http1": eventsource.HTTP1, "h2c": eventsource.H2C, "h2": eventsource.H2}

// httpProtocols is the chosen protocol as net/http wants to know it, and no
// other.
func (c Config) httpProtocols() (p http.Protocols) {
	switch protocols[c.Protocol] {
	case eventsource.HTTP1:
		p.SetHTTP1(true)
	case eventsource.H2C:
		p.SetUnencryptedHTTP2(true)
	case eventsource.H2:
		p.SetHTTP2(true)
	}
	return p
}

// transport is how clients connect from one source address; the zero address
// leaves that open.
func (c Config) transport(source netip.Addr) *eventsource.Transport {
	t := &eventsource.Transport{Protocol: protocols[c.Protocol], LocalAddr: source}
	if c.Insecure {
		t.TLS = &tls.Config{InsecureSkipVerify: true} //nolint:gosec // asked for, for test servers
	}
	return t
}

// withAdvice says of a certificate that is not accepted how it would be.
func withAdvice(err error) error {
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return fmt.Errorf("%w; --insecure accepts any certificate", err)
	}
	return err
}

// transports are how clients connect from one source address.
type transports struct{ usual, slow *eventsource.Transport }

// slowRoom is how many bytes a server may run ahead of a slow client, as far as
// the system lets us choose: few, so that it feels the client's slowness soon.
const slowRoom = 4 << 10

func (c Config) transports(source netip.Addr) transports {
	t := transports{usual: c.transport(source), slow: c.transport(source)}
	t.usual.Poll = true // its handlers never wait; those of slow clients do
	t.slow.ReceiveBuffer = slowRoom
	t.slow.MaxReadBytes = max(c.SlowRate/10, 1) // a tenth of a second at a time
	return t
}

func (t transports) of(r role) *eventsource.Transport {
	if r.unjudged() {
		return t.slow
	}
	return t.usual
}
