package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"sseserver/internal/cmdline"
	"sseserver/internal/logs/terminal"
	"sseserver/internal/logs/verify"
)

// verifyCommand is `sseserver logs verify`.
func verifyCommand() subcommand {
	return subcommand{
		name: "verify", arguments: "[FILE...]",
		about: "prove that a log is whole and agrees with itself",
		detail: `   Every line must be one whole JSON object that the catalogue of events declares; the lines of a process must be
   numbered without a gap; each stream must have one beginning and one end that agree in message, kind, positions, total
   and reason; and what was submitted must have been removed or still be stored. The problems are printed with their
   lines, and the exit code is 1 if there is one.
`,
		examples: `   sseserver logs verify /var/log/sseserver.log*
   journalctl -u sseserver -o cat | sseserver logs verify
`,
		call: func() ([]cmdline.Flag, func(context.Context, inspection) int) {
			limit := 20
			return []cmdline.Flag{{
				Name: "limit", Kind: "number", Usage: "problems that are printed; all are counted", Default: strconv.Itoa(limit),
				Set: func(text string) (err error) { limit, err = atLeast(text, 0); return err },
			}}, func(ctx context.Context, in inspection) int { return in.verify(ctx, limit) }
		},
	}
}

// atLeast reads a number.
func atLeast(text string, least int) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil || n < least {
		return 0, fmt.Errorf("%q is not a number of at least %d", text, least)
	}
	return n, nil
}

// verify prints what is wrong with a log, or that nothing is.
func (in inspection) verify(ctx context.Context, limit int) int {
	var shown []string // printed when all was read, as a bar may be on the terminal
	v := verify.New(func(p verify.Problem) {
		if len(shown) >= limit {
			return
		}
		text := terminal.Plain(p.Error())
		if p.Line != nil {
			text += "\n   " + in.cutLine(p.Line)
		}
		shown = append(shown, text)
	})
	if _, code := in.read(ctx, v.Broken, v.Line); code != exitOK {
		return code
	}
	summary := v.End()
	for _, problem := range shown {
		fmt.Fprintln(in.stdout, problem)
	}
	if hidden := summary.Problems - int64(len(shown)); hidden > 0 {
		fmt.Fprintf(in.stdout, "… and %s\n", plural(hidden, "problem more", "problems more"))
	}
	for _, note := range summary.Notes {
		fmt.Fprintln(in.stdout, note)
	}
	fmt.Fprintln(in.stdout, verdict(summary))
	if summary.Problems > 0 {
		return exitFailed
	}
	return exitOK
}

// verdict is the last line.
//
//	12 034 lines of 1 run, 2 000 streams opened and closed, 0 dropped: nothing is wrong
func verdict(s verify.Summary) string {
	streams := plural(s.Opened, "stream", "streams") + " opened and closed"
	if s.Opened != s.Closed {
		streams = plural(s.Opened, "stream", "streams") + " opened and " + grouped(s.Closed) + " closed"
	}
	result := "nothing is wrong"
	if s.Problems > 0 {
		result = plural(s.Problems, "problem", "problems")
	}
	return fmt.Sprintf("%s of %s, %s, %s dropped: %s",
		plural(s.Lines, "line", "lines"), plural(int64(s.Runs), "run", "runs"), streams, grouped(int64(s.Dropped)), result)
}

// plural writes a number of things.
func plural(n int64, one, several string) string {
	if n == 1 {
		return "1 " + one
	}
	return grouped(n) + " " + several
}

// grouped writes a number with a space between each three digits.
func grouped(n int64) string {
	digits := strconv.FormatInt(n, 10)
	if n < 0 {
		return "-" + grouped(-n)
	}
	var b strings.Builder
	for i, digit := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(digit)
	}
	return b.String()
}

// cutLine is a line of a log on one line of the terminal, or, where there is none, of
// a bounded length; what a terminal would obey is left out.
func (in inspection) cutLine(line []byte) string {
	most := 400
	if in.width > 0 {
		most = max(in.width-4, 20)
	}
	text := strings.Map(func(r rune) rune {
		if !unicode.IsGraphic(r) {
			return '·'
		}
		return r
	}, strings.ToValidUTF8(string(line), "·"))
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return text
}
