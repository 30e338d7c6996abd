package story

import (
	"fmt"
	"time"

	"sseserver/internal/logs"
)

// refusalVerdicts say who has to do with it when a stream is refused with a code.
var refusalVerdicts = map[string]Verdict{
	logs.CodeInvalidParameter: {TheClient, "the request had a bad parameter"},
	logs.CodeNotAcceptable:    {TheClient, "the request did not accept an event stream"},
	logs.CodeClientGone:       {TheClient, "it had left before it was answered"},
	logs.CodeUnauthorized:     {TheClient, "the token was missing or wrong"},
	logs.CodeMessageTooLarge:  {TheClient, "the message was larger than --max-message-bytes"},
	logs.CodeRequestTimeout:   {TheClient, "the request did not arrive in time"},
	logs.CodeMessageClosed:    {TheClient, "the message had ended already"},
	logs.CodeTooManyStreams:   {TheServer, "the server had as many streams as it may have (--max-streams, --max-streams-per-client, or its open files)"},
	logs.CodeStoreFull:        {TheServer, "the store of the messages was full (--max-messages, --max-store-bytes)"},
	logs.CodeBusy:             {TheServer, "the server was busy with as many requests as it takes at once"},
	logs.CodeStoreUnavailable: {TheServer, "the store of the messages (--nats) did not answer"},
	logs.CodeInternalError:    {TheServer, "an error in the server"},
	logs.CodeShuttingDown:     {TheOperator, "the server was shutting down"},
	logs.CodeFaultInjected:    {TheTestPlan, "the test plan asked for this answer"},
}

// judgeRefusal says why a stream was refused.
func (c *Clients) judgeRefusal(message, reason string, at time.Time) Verdict {
	if reason == logs.CodeMessageNotFound {
		return c.judgeMissing(message, at)
	}
	if v, ok := refusalVerdicts[reason]; ok {
		return v
	}
	return verdict(TheClient, "the request was not as it should be")
}

// judgeMissing says why a message was not there.
func (c *Clients) judgeMissing(message string, at time.Time) Verdict {
	end := c.ends.of[message]
	switch {
	case end == nil || end.at.After(at):
		return c.judgeLost(message, at)
	case end.event == logs.MessageEvicted && end.reason == "ttl":
		return verdict(TheServer, "%s before, the server had evicted the message, whose time (--message-ttl) was over", Duration(at.Sub(end.at)))
	case end.event == logs.MessageEvicted:
		return verdict(TheServer, "%s before, the server had evicted the message to make room (--max-messages, --max-store-bytes)", Duration(at.Sub(end.at)))
	case end.event == logs.MessageDeleted:
		return verdict(TheOperator, "%s before, the message had been deleted%s", Duration(at.Sub(end.at)), end.from())
	default:
		return verdict(TheServer, "the message was not there")
	}
}

// judgeLost says why a message was not there whose end the log does not tell.
func (c *Clients) judgeLost(message string, at time.Time) Verdict {
	number, known := c.ends.home[message]
	if !known {
		return verdict(TheClient, "the log has no message of that id")
	}
	home := c.runs.of(number)
	switch {
	case home.shared || !home.over() || home.last.After(at):
		return verdict(TheServer, "the message was not there, and the log does not tell why")
	case home.stopping:
		return verdict(TheOperator, "%s before, the server that had the message in its memory had been stopped%s", Duration(at.Sub(home.last)), home.by())
	default:
		return verdict(TheServer, "%s before, the server that had the message in its memory had ended without a word: it was killed, or crashed", Duration(at.Sub(home.last)))
	}
}

func (e *end) from() string {
	if e.by == "" {
		return ""
	}
	return " from " + e.by
}

// refusedLater is the verdict on a client that lost its stream and was refused when it
// came back.
func (c *Clients) refusedLater(s *stream, r *refusal) Verdict {
	if _, known := c.ends.home[r.message]; !known {
		c.ends.begin(r.message, s.run) // its stream shows it
	}
	v := c.judgeRefusal(r.message, r.reason, r.last)
	v.Why = fmt.Sprintf("It lost its stream (%s), and was refused %s when it came back (%s): %s.", endOf(s), times(r.count), r.reason, v.Why)
	return v
}
