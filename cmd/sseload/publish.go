package main

import (
	"sseserver/internal/cmdline"
	"sseserver/internal/load"
)

func publishFlags(p *load.Publish) []cmdline.Flag {
	return []cmdline.Flag{
		{Name: "publish-url", Kind: "URL", Usage: "where the hub takes publications, by POST; those of the steady window must reach each client of --url", Set: text(&p.URL)},
		{Name: "publish-body", Kind: "text", Usage: "what to publish; {n} is the number of the publication, from 0, {uuid} a random UUID, also in the URL and the fields", Set: text(&p.Body)},
		{Name: "publish-rate", Kind: "number", Usage: "publications per second, one after the other; a hub that does not answer one for a second is not waited for (default: 10)", Set: rate(&p.Rate)},
		{Name: "publish-header", Kind: "field", Usage: "field of every publication, as 'Name: value'; may be repeated (default: a Content-Type that suits the body)", Set: header(&p.Header)},
	}
}
