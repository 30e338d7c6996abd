package summary

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"sseserver/internal/logs"
	"sseserver/internal/logs/reading"
	"sseserver/internal/logs/terminal"
)

// How much is shown.
const (
	topClients = 10
	maxColumns = 120 // of the picture
)

// Write writes the summary for a terminal of so many characters, or, with 0, for a
// pipe or a file.
func (s *Summary) Write(out io.Writer, report reading.Report, width int) error {
	p := page{width: width}
	s.head(&p, report)
	s.streams(&p)
	s.distributions(&p)
	s.messagesTable(&p)
	s.refusals(&p)
	s.readers(&p)
	s.when(&p)
	_, err := io.WriteString(out, terminal.Plain(p.text.String()))
	return err
}

// page is what is written.
type page struct {
	text  strings.Builder
	width int
}

func (p *page) line(format string, args ...any) { fmt.Fprintf(&p.text, format+"\n", args...) }

// table writes rows whose first column is a name and whose others are numbers.
func (p *page) table(rows [][]string) {
	var widths []int
	for _, row := range rows {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	for _, row := range rows {
		text := ""
		for i, cell := range row {
			pad := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell))
			if i == 0 {
				text = cell + pad
			} else {
				text += "  " + pad + cell
			}
		}
		p.line("%s", strings.TrimRight(text, " "))
	}
}

func (s *Summary) head(p *page, report reading.Report) {
	name := fmt.Sprintf("%d files", len(report.Sources))
	if len(report.Sources) == 1 {
		name = report.Sources[0]
	}
	what := fmt.Sprintf("%s: %s lines, %s", name, terminal.Grouped(report.Lines), terminal.Count(report.Runs, "run"))
	span := fmt.Sprintf("%s to %s UTC (%v)", report.First.Format(time.DateTime), report.Last.Format(time.DateTime), report.Last.Sub(report.First).Round(time.Second))
	between := ", "
	if p.width > 0 && utf8.RuneCountInString(what+between+span) > p.width {
		between = "\n"
	}
	p.line("%s", what+between+span)
	var notes []string
	for level := range slices.Values([]int8{1, 2}) { // warn and error, as zapcore numbers them
		for have, n := range s.levels {
			if int8(have) == level {
				notes = append(notes, terminal.Grouped(n)+" at "+have.String())
			}
		}
	}
	if report.BrokenCount > 0 {
		notes = append(notes, terminal.Count(report.BrokenCount, "broken one")+" skipped, such as "+report.Broken[0].Error())
	}
	if s.dropped > 0 {
		notes = append(notes, terminal.Grouped(s.dropped)+" dropped by a log that could not be written")
	}
	if len(report.Older) > 0 {
		notes = append(notes, strings.Join(report.Older, ", ")+" of an older version")
	}
	if len(notes) > 0 {
		p.line("lines: %s", strings.Join(notes, "; "))
	}
}

func (s *Summary) streams(p *page) {
	all := int64(0)
	for _, n := range s.opened {
		all += n
	}
	rows := [][]string{append([]string{"STREAMS", "all"}, kinds...), counts("opened", s.opened)}
	if sum(s.resumed) > 0 {
		rows = append(rows, counts("  of which resumed", s.resumed))
	}
	closed := int64(0)
	for _, reason := range s.reasons() {
		closed += sum(s.closed[reason])
		rows = append(rows, counts(reason, s.closed[reason]))
	}
	if open := all - closed; open > 0 {
		rows = append(rows, []string{"not closed here", terminal.Grouped(open)})
	}
	p.line("")
	p.table(rows)
	p.line("sent: %s, %s; with faults asked for: %s", terminal.Count(s.chunks, "chunk"), size(s.bytes), terminal.Count(s.faulty, "stream"))
}

// reasons are those that streams ended for, in the order of the catalogue, and then
// what that does not know.
func (s *Summary) reasons() []string {
	place := func(reason string) int {
		if i := slices.Index(logs.CloseReasons, reason); i >= 0 {
			return i
		}
		return len(logs.CloseReasons)
	}
	return slices.SortedFunc(maps.Keys(s.closed), func(a, b string) int {
		return cmp.Or(cmp.Compare(place(a), place(b)), cmp.Compare(a, b))
	})
}

// counts is a row of numbers by kind, their sum first.
func counts(name string, by map[string]int64) []string {
	row := []string{name, terminal.Grouped(sum(by))}
	for _, kind := range kinds {
		row = append(row, terminal.Grouped(by[kind]))
	}
	return row
}

func sum(by map[string]int64) (n int64) {
	for _, each := range by {
		n += each
	}
	return n
}

func (s *Summary) distributions(p *page) {
	if s.duration.TotalCount() == 0 {
		return
	}
	p.line("")
	p.table([][]string{
		{"TIMES", "p50", "p90", "p99", "most"},
		append([]string{"furthest behind"}, s.lateness.row()...),
		append([]string{"first chunk after"}, s.first.row()...),
		append([]string{"duration"}, s.duration.row()...),
	})
}

func (s *Summary) messagesTable(p *page) {
	if len(s.messages) == 0 {
		return
	}
	rows := [][]string{{"MESSAGES"}}
	for _, name := range []string{"submitted", "live", "completed", "failed", "deleted", "evicted ttl", "evicted capacity"} {
		if n := s.messages[name]; n > 0 {
			if name == "live" {
				name = "  of which live"
			}
			rows = append(rows, []string{name, terminal.Grouped(n)})
		}
	}
	p.line("")
	p.table(rows)
	p.line("texts, as submitted: %s", size(s.texts))
}

func (s *Summary) refusals(p *page) {
	if len(s.refused) == 0 {
		return
	}
	rows := [][]string{{"REFUSED"}}
	for _, why := range slices.SortedFunc(maps.Keys(s.refused), func(a, b refusal) int {
		return cmp.Or(cmp.Compare(s.refused[b], s.refused[a]), cmp.Compare(a.event+a.code, b.event+b.code))
	}) {
		name := why.event + " " + why.code
		if why.event == logs.HTTPRejectionsSummed.Name {
			name = "summed, without a line each"
		}
		rows = append(rows, []string{name, terminal.Grouped(s.refused[why])})
	}
	p.line("")
	p.table(rows)
}

func (s *Summary) readers(p *page) {
	if len(s.clients.all) == 0 {
		return
	}
	about := terminal.Count(len(s.clients.all), "client")
	if s.clients.forgotten {
		about = "many clients, about"
	}
	streams, bytes := s.clients.top(byStreams, topClients), s.clients.top(byBytes, topClients)
	rows := [][]string{{"CLIENTS by streams", "streams", "sent"}}
	for _, c := range streams {
		rows = append(rows, []string{cmp.Or(c.address, "(not known)"), terminal.Grouped(c.streams), size(c.bytes)})
	}
	if !slices.Equal(streams, bytes) {
		rows = append(rows, []string{"CLIENTS by bytes", "streams", "sent"})
		for _, c := range bytes {
			rows = append(rows, []string{cmp.Or(c.address, "(not known)"), terminal.Grouped(c.streams), size(c.bytes)})
		}
	}
	p.line("")
	p.table(rows)
	if len(s.clients.all) > topClients || s.clients.forgotten {
		p.line("of %s", about)
	}
}

func (s *Summary) when(p *page) {
	const names = len("not completed  ")
	columns := maxColumns
	if p.width > 0 {
		columns = min(columns, max(p.width-names-len("  most 100 000"), 20))
	}
	drawn, ok := s.minutes.picture(columns)
	if !ok {
		return
	}
	unit := strings.TrimPrefix(strings.ToUpper(stepText(drawn.step)), "1 ")
	until := drawn.from.Add(time.Duration(len(drawn.opened)) * drawn.step)
	p.line("")
	p.line("STREAMS PER %s, from %s to %s UTC", unit, drawn.from.Format("2006-01-02 15:04"), until.Format("2006-01-02 15:04"))
	p.line("opened         %s  most %s", spark(drawn.opened), terminal.Grouped(slices.Max(drawn.opened)))
	if most := slices.Max(drawn.failed); most > 0 {
		p.line("not completed  %s  most %s", spark(drawn.failed), terminal.Grouped(most))
	}
}

// stepText is a step in words: 5 minutes, 2 hours, 7 days.
func stepText(step time.Duration) string {
	switch {
	case step%(24*time.Hour) == 0:
		return terminal.Count(int64(step/(24*time.Hour)), "day")
	case step%time.Hour == 0:
		return terminal.Count(int64(step/time.Hour), "hour")
	default:
		return terminal.Count(int64(step/minute), "minute")
	}
}

// size writes bytes: 12.0 MB.
func size(n int64) string {
	switch {
	case n < 1e3:
		return terminal.Count(n, "byte")
	case n < 1e6:
		return fmt.Sprintf("%.1f kB", float64(n)/1e3)
	case n < 1e9:
		return fmt.Sprintf("%.1f MB", float64(n)/1e6)
	default:
		return fmt.Sprintf("%.1f GB", float64(n)/1e9)
	}
}
