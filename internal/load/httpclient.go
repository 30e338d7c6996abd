package load

import (
	"net"
	"net/http"
)

// httpClient makes requests that are no streams, over the chosen protocol. It
// keeps as many idle connections as given.
func (c Config) httpClient(idle int) *http.Client {
	dialer := net.Dialer{Timeout: patience}
	protocols := c.httpProtocols()
	return &http.Client{
		Timeout: patience,
		Transport: &http.Transport{
			DialContext: dialer.DialContext, MaxIdleConns: idle, MaxIdleConnsPerHost: idle,
			TLSClientConfig: c.transport(noAddress).TLS, Protocols: &protocols,
		},
	}
}
