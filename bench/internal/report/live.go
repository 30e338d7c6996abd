package report

import (
	"fmt"
	"strings"

	"sseserver/bench/internal/run"
)

// delivery is how soon the chunks of live messages were at their readers, round by
// round: on a machine with other work, the best of them says the most.
func (r Results) delivery(o Outcome) string {
	var rounds []string
	var appends uint64
	for _, s := range o.Samples {
		if live := s.Live; live != nil {
			appends += live.Appends
			text := fmt.Sprintf("p50 %s, p99 %s, greatest %s ms", short(live.DeliveryP50), short(live.DeliveryP99), short(live.DeliveryMax))
			if live.AppendP50 > 0 { // a pipe is answered once, at its end
				text += fmt.Sprintf(" (append to answer: p50 %s, p99 %s ms)", short(live.AppendP50), short(live.AppendP99))
			}
			rounds = append(rounds, text)
		}
	}
	if rounds == nil {
		return ""
	}
	return fmt.Sprintf("%d chunks were appended. Delivery to a reader, by round: %s.", appends, strings.Join(rounds, "; "))
}

// held is the table of live messages that nobody reads.
func (r Results) held(b *strings.Builder) {
	begun := false
	for _, o := range r.Scenarios {
		for _, s := range o.Samples {
			if o.Name != run.LiveHeld {
				continue
			}
			if !begun {
				begun = true
				fmt.Fprintf(b, "\n## %s\n\n| live messages | chunks of 4 bytes each | text each, KiB | memory each (RSS), KiB | of it in use, KiB | CPU per append, µs |\n"+
					"|---:|---:|---:|---:|---:|---:|\n", o.Title)
			}
			if s.Hold == nil {
				fmt.Fprintf(b, "| failed: %s | | | | | |\n", s.Error)
				continue
			}
			h := s.Hold
			fmt.Fprintf(b, "| %d | %d | %.2f | %.2f | %.2f | %.0f |\n", h.Messages, h.Chunks, h.TextKiB, h.RSSKiB, h.HeapKiB, h.CPUPerAppend)
		}
	}
}
