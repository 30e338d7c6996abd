package drafts

import (
	"context"
	_ "embed"
	"time"

	"sseserver/internal/answer"
	"sseserver/internal/feed"
)

// FeedPath is where pages are told of changes, and ScriptPath their script for that. No
// page of anybody is called so.
const (
	FeedPath   = "/-reload"
	ScriptPath = FeedPath + ".js"
)

//go:embed reload.js
var script string

// Script is what is served at ScriptPath.
func Script() answer.Page { return answer.NewPage("reload.js", script) }

// retry is soon: the server is restarted by who looks at the page.
const retry = time.Second

// Tell sends events that name what the pages are now, first at once and then whenever it
// is something else, until ctx or the feed ends.
//
//	event: pages
//	data: 3f2ab1c08d5e6f70
func (p *Pages) Tell(ctx context.Context, to *feed.Feed) {
	frames := feed.AppendRetry(feed.AppendComment(nil, "connected"), retry)
	told := ""
	again := time.NewTimer(0)
	defer again.Stop()
	for to.Wait(ctx, nil, again.C) {
		version, wait := p.current()
		if version != told {
			frames, told = appendPages(frames, version), version
		}
		if len(frames) > 0 && to.Send(frames) != nil {
			return
		}
		frames = frames[:0]
		again.Reset(wait)
	}
}

func appendPages(dst []byte, version string) []byte {
	dst = append(dst, "event: pages\ndata: "...)
	dst = append(dst, version...)
	return append(dst, "\n\n"...)
}
