package story

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"sseserver/internal/logs/terminal"
)

// colorOf is the color of each side.
func colorOf(side Side) terminal.Color {
	switch side {
	case Nobody:
		return terminal.Green
	case TheServer, TheProducer:
		return terminal.Red
	default:
		return terminal.Yellow
	}
}

// Print writes the story for people.
func (s Story) Print(w io.Writer, style terminal.Style) error {
	var b strings.Builder
	if !s.Found {
		span := ""
		if !s.First.IsZero() {
			span = fmt.Sprintf(", from %s to %s", when(style, s.First), when(style, s.Last))
		}
		fmt.Fprintf(&b, "%s\n", style.Wrap(fmt.Sprintf("%s: %s Searched were %s%s.", s.ID, s.Verdict, s.Searched, span), 0))
		_, err := io.WriteString(w, b.String())
		return err
	}
	fmt.Fprintf(&b, "%s %s\n", s.Kind, style.Paint(terminal.Bold, s.ID))
	if len(s.Lines) > 0 {
		fmt.Fprintf(&b, "%s\n\n", style.Paint(terminal.Faint, style.Day(s.Lines[0].Time)))
	}
	s.printLines(&b, style)
	side := "Whose fault: " + string(s.Side) + "."
	if s.Side == Nobody { // as the verdict says
		side = ""
	}
	verdict := style.Wrap(strings.TrimSpace(side+" "+s.Verdict), 0)
	fmt.Fprintf(&b, "\n%s\n", strings.Replace(verdict, side, style.Paint(colorOf(s.Side), side), 1))
	_, err := io.WriteString(w, b.String())
	return err
}

// when is a date and a time.
func when(style terminal.Style, at time.Time) string {
	day, _, _ := strings.Cut(style.Day(at), ", times in ")
	_, day, _ = strings.Cut(day, ", ")
	return day + " " + style.Clock(at)
}

// printLines writes a line each: the time of day, how long after the first, the
// stream, and what happened.
func (s Story) printLines(b *strings.Builder, style terminal.Style) {
	stamps := make([]string, len(s.Lines))
	stampWidth, streamWidth := 0, 0
	for i, line := range s.Lines {
		stamps[i] = "+" + Duration(milliseconds(line.AfterMS))
		stampWidth = max(stampWidth, len(stamps[i]))
		if line.Stream != "" && s.Kind != "stream" || s.severalStreams() {
			streamWidth = shortest
		}
	}
	for i, line := range s.Lines {
		b.WriteString(style.Paint(terminal.Faint, style.Clock(line.Time)))
		fmt.Fprintf(b, "  %*s  ", stampWidth, stamps[i])
		indent := len("15:04:05.000") + 2 + stampWidth + 2
		if streamWidth > 0 {
			fmt.Fprintf(b, "%s  ", style.Paint(terminal.Cyan, fmt.Sprintf("%-*s", streamWidth, Short(line.Stream))))
			indent += streamWidth + 2
		}
		text := style.Wrap(line.Text, indent)
		switch line.Level {
		case "warn":
			text = style.Paint(terminal.Yellow, text)
		case "error":
			text = style.Paint(terminal.Red, text)
		}
		b.WriteString(text + "\n")
	}
}

// severalStreams says whether the lines are of more than one stream.
func (s Story) severalStreams() bool {
	first := ""
	for _, line := range s.Lines {
		switch {
		case first == "":
			first = line.Stream
		case line.Stream != "" && line.Stream != first:
			return true
		}
	}
	return false
}

// Print writes the failure for people, with the time of day.
func (f Failure) Print(w io.Writer, style terminal.Style) error {
	const indent = 14
	line := style.Paint(terminal.Faint, style.Clock(f.Time)) + "  " + f.Message + "  " + f.who()
	if share := f.share(); share != "" {
		line += "  " + share
	}
	side := string(f.Side) + ":"
	text := style.Wrap(strings.Join([]string{side, f.how(), f.Why}, " "), indent)
	text = strings.Replace(text, side, style.Paint(colorOf(f.Side), side), 1)
	_, err := fmt.Fprintf(w, "%s\n%*s%s\n", line, indent, "", text)
	return err
}

func (f Failure) who() string {
	switch {
	case f.What == FailedMessage:
		return "the message itself"
	case f.Address == "":
		return "unknown client"
	default:
		return f.Address
	}
}

// share is how far it came.
func (f Failure) share() string {
	switch {
	case f.Got == nil && f.Total != nil:
		return "? of " + terminal.Grouped(*f.Total)
	case f.Got == nil:
		return ""
	case f.What == FailedMessage:
		return terminal.Count(*f.Got, "chunk")
	case f.Total == nil:
		return Share(f.Kind, f.Unit, *f.Got, -1)
	case f.Kind == progress:
		return Share(f.Kind, f.Unit, *f.Got, *f.Total)
	default: // the unit would not fit into 80 columns
		return terminal.Grouped(*f.Got) + " of " + terminal.Grouped(*f.Total)
	}
}

// how is the reason, and how often it came back.
func (f Failure) how() string {
	reason := f.Reason
	if reason == "" {
		reason = "no end in the log"
	}
	switch {
	case f.What == FailedMessage && f.Reason != "producer_gone":
		return ""
	case f.What != FailedClient:
		return reason + "."
	case f.Resumes == 0:
		return reason + ", not resumed, stream " + Short(f.Stream) + "."
	default:
		return reason + ", resumed " + times(f.Resumes) + ", last stream " + Short(f.Stream) + "."
	}
}

// Print writes what there was in a log, and how much of it failed.
func (t Totals) Print(w io.Writer, style terminal.Style) error {
	var all []string
	switch {
	case t.Clients == 0:
		all = append(all, "No stream was opened in this log.")
	case t.Failed > 0:
		all = append(all, fmt.Sprintf("%s of %s did not finish: %s.", terminal.Grouped(t.Failed), terminal.Count(t.Clients, "client"), t.sides()))
	case t.Running+t.Unknown == 0 && t.None() && !t.Quiet && !t.Cut:
		all = append(all, fmt.Sprintf("All is well: %s finished.", terminal.Count(t.Clients, "client")))
	default:
		all = append(all, fmt.Sprintf("%s of %s finished, and none failed.", terminal.Grouped(t.Finished), terminal.Count(t.Clients, "client")))
	}
	if t.Running > 0 {
		all = append(all, are(t.Running)+" still reading at the end of the log.")
	}
	if t.Unknown > 0 {
		all = append(all, fmt.Sprintf("How %s ended is not known, as lines of the log are missing.", terminal.Grouped(t.Unknown)))
	}
	if t.Refused > 0 {
		all = append(all, fmt.Sprintf("%s refused.", were(t.Refused, "client")))
	}
	if t.Messages > 0 {
		all = append(all, fmt.Sprintf("%s failed.", terminal.Count(t.Messages, "message")))
	}
	if t.Cut {
		all = append(all, "The beginning of the log is missing: more may have failed before.")
	}
	if t.Quiet {
		all = append(all, "The level of the log leaves out streams: more may have failed.")
	}
	_, err := fmt.Fprintln(w, style.Paint(terminal.Bold, style.Wrap(strings.Join(all, " "), 0)))
	return err
}

// sides says how many each side has to do with, the most first: "client 3, server 1".
func (t Totals) sides() string {
	order := slices.SortedFunc(maps.Keys(t.Sides), func(a, b Side) int {
		return cmp.Or(cmp.Compare(t.Sides[b], t.Sides[a]), cmp.Compare(a, b))
	})
	parts := make([]string, len(order))
	for i, side := range order {
		parts[i] = string(side) + " " + terminal.Grouped(t.Sides[side])
	}
	return strings.Join(parts, ", ")
}

func were(n int, one string) string {
	if n == 1 {
		return "1 " + one + " was"
	}
	return terminal.Count(n, one) + " were"
}

// None says whether nothing failed.
func (t Totals) None() bool { return t.Failed+t.Refused+t.Messages == 0 }
