package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"sseserver/internal/cmdline"
	"sseserver/internal/logs"
	"sseserver/internal/logs/follow"
)

const followDetail = `   Shows the last lines of the running server's log, and then each line as it is
   written: in the console form on a terminal, else as JSON lines. After a lost
   connection it continues where it was, even if the server was restarted. It
   ends with SIGINT, or when nobody reads its output any more.

   A FILTER is one of these; lines must match all that are given:
   key=value    the key has this value, such as event=stream.closed
   key~text     the key contains the text, in upper or lower case
   *~text       the whole line contains it
`

const followExamples = `   sseserver logs follow                everything that the server logs
   sseserver logs follow --level warn   only warnings and errors
   sseserver logs follow event=stream.closed reason=slow_client
   sseserver logs follow '*~192.0.2.7' | jq -r .event
`

func followCommand() subcommand {
	return subcommand{
		name: "follow", arguments: "[FILTER...]", about: "the log of the running server, while it is written",
		detail: followDetail, examples: followExamples,
		call: func() ([]cmdline.Flag, func(context.Context, inspection) int) {
			asked := follow.Config{Backfill: 20}
			return []cmdline.Flag{
				{Name: "level", Kind: "level", Usage: "the least level: debug, info, warn or error", Set: func(text string) error { asked.Level = text; return nil }},
				{Name: "lines", Kind: "number", Usage: "how many earlier lines to show first", Default: "20", Set: (&count{&asked.Backfill, 0, follow.MaxBackfill}).Set},
			}, func(ctx context.Context, in inspection) int { return in.follow(ctx, asked) }
		},
	}
}

// follow shows the log until ctx ends.
func (in inspection) follow(ctx context.Context, asked follow.Config) int {
	for _, argument := range in.arguments {
		if strings.IndexAny(argument, "=~") <= 0 {
			return complain(in.stderr, exitInvalid, fmt.Errorf("%q is neither key=value nor key~text", argument))
		}
	}
	shown := bufio.NewWriter(in.stdout)
	asked.URL, asked.Token, asked.TLS = in.server.url("/log/events"), in.server.token, in.server.tls()
	asked.Where = in.arguments
	asked.Line = func(text []byte) error {
		if in.width > 0 {
			_, err := shown.Write(logs.ConsoleLine(nil, text, in.color))
			return err
		}
		_, _ = shown.Write(text)
		return shown.WriteByte('\n') // which has the error of both
	}
	asked.Flush = shown.Flush
	asked.Note = func(text string) { _, _ = io.WriteString(in.stderr, complaint(text)) }
	go in.stdout.leaveWhenUnread(ctx) // ends with ctx
	err := follow.Run(ctx, asked)
	if err == nil || ctx.Err() != nil { // somebody has ended it, or nobody reads it
		return exitOK
	}
	code := exitFailed
	if refused, ok := errors.AsType[*follow.RefusedError](err); ok && refused.Status == http.StatusBadRequest {
		code = exitInvalid
	}
	return complain(in.stderr, code, fmt.Errorf("%s: %w", in.server.addr, err))
}
