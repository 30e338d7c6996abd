package main

import (
	"context"
	"fmt"
	"io"

	"sseserver/internal/cmdline"
	"sseserver/internal/logs"
	"sseserver/internal/logs/glossary"
)

const eventsDetail = `   Lists every event that the log can have: its name, its levels, its message,
   and when it is logged. With a NAME, or the beginning of one, also the fields
   of these events: their types, units, and the values that they can have.
`

const eventsExamples = `   sseserver logs events                 all events
   sseserver logs events stream.closed   what is logged at the end of a stream
   sseserver logs events stream          the events of streams, with fields
   sseserver logs events --json          the whole catalogue, for programs
`

func eventsCommand() subcommand {
	return subcommand{
		name: "events", arguments: "[NAME...]", about: "which events there are, and their fields",
		detail: eventsDetail, examples: eventsExamples, readsNone: true,
		call: func() ([]cmdline.Flag, func(context.Context, inspection) int) {
			var asJSON bool
			return []cmdline.Flag{jsonFlag(&asJSON)}, func(_ context.Context, in inspection) int { return in.events(asJSON) }
		},
	}
}

func (in inspection) events(asJSON bool) int {
	var asked []*logs.Event
	for _, name := range in.arguments {
		found := glossary.Find(name)
		if len(found) == 0 {
			return complain(in.stderr, exitInvalid, unknownEvent(name))
		}
		asked = append(asked, found...)
	}
	write := func(w io.Writer) error { return glossary.Events(w, in.style(), logs.Catalogue) }
	switch {
	case asJSON && asked == nil:
		write = func(w io.Writer) error { return glossary.JSON(w, logs.Catalogue) }
	case asJSON:
		write = func(w io.Writer) error { return glossary.JSON(w, asked) }
	case asked != nil:
		write = func(w io.Writer) error { return glossary.Details(w, in.style(), asked) }
	}
	if err := write(in.stdout); err != nil {
		return exitFailed
	}
	return exitOK
}

func unknownEvent(name string) error {
	var names []string
	for _, e := range logs.Catalogue {
		names = append(names, e.Name)
	}
	if near := cmdline.Nearest(name, names); near != "" {
		return fmt.Errorf("there is no event %q; did you mean %s?", name, near)
	}
	return fmt.Errorf("there is no event %q; sseserver logs events lists them", name)
}
