package main

import (
	"sseserver/internal/cmdline"
	"sseserver/internal/load"
)

func publishFlags(p *load.Publish) []cmdline.Flag {
	return []cmdline.Flag{
		{Name: "publish-url", Kind: "URL", Usage: "URL of a hub to publish to, by POST; what is published in the steady window must reach each client of --url", Set: text(&p.URL)},
		{Name: "publish-body", Kind: "text", Usage: "body of a publication. The body, the URL and the fields may contain {n} for its number, from 0, and {uuid}", Set: text(&p.Body)},
		{Name: "publish-rate", Kind: "number", Usage: "publications per second, one after the other; a hub that does not answer one for a second is not waited for (default: 10)", Set: rate(&p.Rate)},
		{Name: "publish-header", Kind: "field", Usage: "header field of every publication, as 'Name: value'; may be repeated (default: a Content-Type that suits the body)", Set: header(&p.Header)},
	}
}
