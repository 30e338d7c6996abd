package story

import (
	"fmt"
	"strings"

	"sseserver/internal/logs"
	"sseserver/internal/logs/terminal"
)

// Side is who failed.
type Side string

// The sides.
const (
	Nobody      Side = "nobody"
	TheClient   Side = "client"
	TheNetwork  Side = "network"
	TheServer   Side = "server"
	TheOperator Side = "operator"
	TheProducer Side = "producer"
	TheTestPlan Side = "test plan"
)

// Verdict says in a sentence which side failed, and why.
type Verdict struct {
	Side Side
	Why  string
}

func verdict(side Side, why string, args ...any) Verdict {
	if len(args) > 0 {
		why = fmt.Sprintf(why, args...)
	}
	return Verdict{side, why}
}

// judge weighs all the evidence there is of a client.
func (c *Clients) judge(client *Client) Verdict {
	s := client.last
	switch {
	case client.State == Finished:
		return verdict(Nobody, "It got the whole message.")
	case client.State == Running:
		return verdict(Nobody, "It is still reading at the end of the log.")
	case client.State == Unknown:
		return verdict(Nobody, "How it ended is not known: lines of the log are missing.")
	}
	if refusal := c.refusals.since(client.Message, client.Address, s.closed); refusal != nil && s.comesBack() {
		refusal.told++
		client.refused = refusal
		return c.refusedLater(s, refusal)
	}
	return c.judgeStream(s)
}

// judgeStream says why a stream ended before its message did.
func (c *Clients) judgeStream(s *stream) Verdict {
	if client := s.client.whole(); s.finished() && client.spoiler != "" {
		return verdict(TheTestPlan, "It got to the end, but its test plan left out or changed chunks, the first at position %d (%s).", client.spoiltAt, client.spoiler)
	}
	if s.gone {
		return verdict(TheNetwork, "Its machine stopped answering: the network was cut, or the machine was switched off or asleep.")
	}
	switch s.reason {
	case logs.ReasonClientGone:
		return c.judgeGone(s)
	case logs.ReasonMessageDeleted, logs.ReasonMessageEvicted, logs.ReasonMessageFailed:
		return c.judgeMessage(s)
	}
	return c.judgeEnd(s)
}

// endOf is the reason of an end in a word.
func endOf(s *stream) string {
	if s.reason == "" {
		return "the server's log ends without its end"
	}
	return s.reason
}

// judgeGone says why a client was gone.
func (c *Clients) judgeGone(s *stream) Verdict {
	together := c.moments.together(s.closed)
	stall := c.runs.of(s.run).stalls.during(s.closed)
	switch {
	case s.total >= 0 && s.reached >= s.total:
		return verdict(TheClient, "It had all %s and left before `done`.", s.units(s.total))
	case s.faults > 0:
		return verdict(TheTestPlan, "It left after %s that its test plan asked for (%s).", terminal.Count(s.faults, "fault"), s.plan)
	case !s.behind && stall.streams > 0:
		return verdict(TheServer, "It left while %s of %s were behind, for %s: the server could not keep up, or was stopped.",
			terminal.Grouped(stall.streams), terminal.Count(stall.running, "stream"), Duration(stall.to.Sub(stall.from)))
	case together > 0:
		return verdict(TheNetwork, "%s streams lost their clients within a second: a proxy, the network, or a program that ran all these clients, was cut off or stopped.", terminal.Grouped(together))
	case s.behind:
		return verdict(TheNetwork, "The connection ended while the stream was behind its schedule, by up to %s: the network was slow or the client did not read.", Duration(s.lag))
	case s.sent == 0:
		return verdict(TheClient, "It left before anything was sent.")
	default:
		return verdict(TheClient, "It left, or lost its connection, while the stream was on schedule.")
	}
}

// judgeMessage says why the message of a stream was no longer there.
func (c *Clients) judgeMessage(s *stream) Verdict {
	end := c.ends.of[s.message]
	switch s.reason {
	case logs.ReasonMessageFailed:
		if end == nil || end.event != logs.MessageFailed {
			return verdict(TheProducer, "The message failed.")
		}
		return verdict(TheProducer, "%s", failureOf(end.reason))
	case logs.ReasonMessageEvicted:
		if end == nil || end.event != logs.MessageEvicted {
			return verdict(TheServer, "The server evicted the message.")
		}
		return verdict(TheServer, "%s", evictionOf(end.reason))
	}
	if end == nil || end.by == "" {
		return verdict(TheOperator, "The message was deleted while it was read.")
	}
	if end.by == s.address {
		return verdict(TheClient, "The message was deleted from the client's own address, %s, while it was read.", end.by)
	}
	return verdict(TheOperator, "Someone deleted the message while it was read, from %s.", end.by)
}

// failureOf says why a producer's message failed.
func failureOf(reason string) string {
	if reason == "producer_gone" {
		return "The producer of the message was silent for longer than --producer-timeout."
	}
	return fmt.Sprintf("The producer of the message gave up: %q.", reason)
}

// evictionOf says why the server evicted a message.
func evictionOf(reason string) string {
	if reason == "ttl" {
		return "The server evicted the message, whose time (--message-ttl) was over."
	}
	return "The server evicted the message to make room (--max-messages, --max-store-bytes)."
}

// judgeEnd is about the ends that say themselves whose they are.
func (c *Clients) judgeEnd(s *stream) Verdict {
	switch s.reason {
	case logs.ReasonSlowClient:
		return verdict(TheClient, "It read nothing for the whole of --write-timeout, and the server gave it up; the network may have been stuck.")
	case logs.ReasonFault:
		return verdict(TheTestPlan, "Its test plan ended the stream (%s).", s.plan)
	case logs.ReasonServerShutdown:
		return verdict(TheOperator, "The server was told to stop%s, and the stream did not end in time (--drain).", c.runs.of(s.run).by())
	case logs.ReasonInternalError:
		return verdict(TheServer, "An error in the server ended the stream: %s.", strings.TrimSuffix(s.failure, "."))
	case logs.ReasonAdminClosed:
		if s.endedBy != "" {
			return verdict(TheOperator, "An operator ended the stream through the admin listener, from %s.", s.endedBy)
		}
		return verdict(TheOperator, "An operator ended the stream through the admin listener.")
	case logs.ReasonCompleted:
		if s.plan != "" {
			return verdict(TheTestPlan, "Its test plan left out the last event (%s).", s.plan)
		}
		return verdict(TheServer, "The stream ended as complete, but without its last event.")
	case "":
		return c.judgeVanished(s)
	default:
		return verdict(TheServer, "The stream ended for a reason that this version does not know, %q.", s.reason)
	}
}

// judgeVanished is about a stream whose end the log does not have.
func (c *Clients) judgeVanished(s *stream) Verdict {
	run := c.runs.of(s.run)
	switch {
	case run.forced:
		return verdict(TheOperator, "The server was told twice to stop%s, or could not wait for the stream, and cut it off.", run.by())
	case run.stopping:
		return verdict(TheServer, "The server shut down%s, and its log does not have the end of the stream.", run.by())
	default:
		return verdict(TheServer, "The server ended without a word: it was killed, or crashed.")
	}
}

func (r *run) by() string {
	if r.signal == "" {
		return ""
	}
	return " (" + r.signal + ")"
}
