package load

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync/atomic"
	"testing"

	"sseserver/httpapi/ssetest"
)

// A server that speaks all protocols gets every request, those that submit the
// messages included, in the one that was chosen.
func TestEveryRequestSpeaksTheChosenProtocol(t *testing.T) {
	to, err := url.Parse(ssetest.Start(t, ssetest.Config{}).URL)
	if err != nil {
		t.Fatal(err)
	}
	transport := new(http.Transport)
	t.Cleanup(transport.CloseIdleConnections)
	pass := httputil.NewSingleHostReverseProxy(to)
	pass.Transport = transport
	for protocol, major := range map[string]int{"http1": 1, "h2c": 2, "h2": 2} {
		var others atomic.Int32
		front := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.ProtoMajor != major {
				others.Add(1)
			}
			pass.ServeHTTP(w, r)
		}))
		front.EnableHTTP2 = true
		front.Config.Protocols = new(http.Protocols)
		front.Config.Protocols.SetHTTP1(true)
		front.Config.Protocols.SetHTTP2(true)
		front.Config.Protocols.SetUnencryptedHTTP2(true)
		if protocol == "h2" {
			front.StartTLS()
		} else {
			front.Start()
		}
		c := quick(Config{Servers: []string{front.URL}, Protocol: protocol, Insecure: true, MessageBytes: 20})
		got := mustRun(t, c).Tally.Counts
		front.Close()
		if got.Completed != 8 || others.Load() != 0 {
			t.Errorf("%s: %d requests in another protocol; %+v", protocol, others.Load(), got)
		}
	}
}
