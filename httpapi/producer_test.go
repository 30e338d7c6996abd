package httpapi_test

import (
	"context"
	"net/netip"
	"strings"
	"testing"

	"sseserver/broker"
	"sseserver/httpapi/ssetest"
)

// producer writes one live message, without HTTP. Any goroutine of the test may
// use it.
type producer struct {
	t      *testing.T
	broker *broker.Broker
	id     broker.MessageID
	name   string
}

// produce opens a live message, which begins with text.
func produce(t *testing.T, server *ssetest.Server, text string) *producer {
	t.Helper()
	message, err := server.Broker.Open(t.Context(), netip.Prefix{}, text)
	if err != nil {
		t.Fatal(err)
	}
	return &producer{t, server.Broker, message.ID, message.Name}
}

func (p *producer) append(chunks ...string) {
	p.t.Helper()
	for _, chunk := range chunks {
		p.did(p.broker.Append(p.t.Context(), p.id, broker.AtEnd, chunk))
	}
}

func (p *producer) put(percent int, activity string) {
	p.t.Helper()
	p.did(p.broker.PutProgress(p.t.Context(), p.id, percent, activity))
}

func (p *producer) complete() {
	p.t.Helper()
	_, _, err := p.broker.Complete(p.t.Context(), p.id, broker.AtEnd)
	p.did(nil, err)
}

func (p *producer) fail(reason string) {
	p.t.Helper()
	_, _, err := p.broker.Fail(p.t.Context(), p.id, reason)
	p.did(nil, err)
}

func (p *producer) delete() {
	p.t.Helper()
	_, _, err := p.broker.Delete(context.Background(), p.id)
	p.did(nil, err)
}

func (p *producer) did(_ *broker.Message, err error) {
	p.t.Helper()
	if err != nil {
		p.t.Error(err)
	}
}

// path returns where its readers find it: "/stream/?unit=word" with the id in it.
func (p *producer) path(of string) string {
	kind, query, _ := strings.Cut(of, "?")
	return kind + p.name + "?" + query
}
