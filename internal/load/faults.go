package load

import (
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"sseserver/internal/eventsource"
	"sseserver/internal/fault"
	"sseserver/internal/load/threshold"
)

// checkFaults finds a plan that cannot be judged.
func (c Config) checkFaults() error {
	if c.Fault == "" {
		return nil
	}
	switch _, err := fault.Parse(c.Fault); {
	case err != nil:
		return invalid("--fault: %s", strings.TrimPrefix(err.Error(), "fault: "))
	case c.foreign():
		return invalid("--fault is for a server's address, whose streams are known; with --url, write the plan into the address, as in ?fault=cut@12")
	case c.Live.Pipe:
		return errPipedFaults
	}
	return nil
}

var errPipedFaults = invalid("faults do not go with --pipe: the server may join and cut what comes through a pipe, so nobody knows the positions")

// withFaults adds the condition on streams in which something goes wrong.
func (c Config) withFaults() Config {
	const name = "fault_missing"
	if !slices.ContainsFunc(c.Thresholds, func(t threshold.Threshold) bool { return t.Name == name }) {
		c.Thresholds = append(slices.Clip(c.Thresholds), threshold.Must(name+"==0"))
	}
	return c
}

// withoutStreams takes out the conditions that hold by default on what streams
// bring, if a status answers in the place of each.
func (c Config) withoutStreams(given []threshold.Threshold) []threshold.Threshold {
	plan, _ := fault.Parse(c.Fault)
	if plan.Status() == 0 {
		return c.Thresholds
	}
	return slices.DeleteFunc(c.Thresholds, func(t threshold.Threshold) bool {
		return (t.Text == "events>0" || t.Text == "completed>0") &&
			!slices.ContainsFunc(given, func(g threshold.Threshold) bool { return g.Name == t.Name })
	})
}

// seedOf is that of a stream, which is the same for each of its connections.
func (c Config) seedOf(who asker) uint64 { return c.Seed + uint64(who.stream) }

// faultQuery asks for the faults of a stream.
func (c Config) faultQuery(who asker) string {
	if c.Fault == "" {
		return ""
	}
	return "&fault=" + url.QueryEscape(c.Fault) + "&seed=" + strconv.FormatUint(c.seedOf(who), 10)
}

// expect tells the stream what the server does wrong on purpose on a connection: what
// was asked for, or else what the server says. The group is locked.
func (c *client) expect(o eventsource.Opened) {
	plan, seed := c.worker.plan, uint64(0)
	if plan.Empty() {
		plan, seed = toldPlan(o.Plan)
	} else {
		seed = c.worker.job.Config.seedOf(c.worker.job.asker(c.index, c.round))
	}
	c.stream.Expect(&c.group.ledger, plan, seed, o.Resumed)
}

// toldPlan is what a server says of a stream in X-Stream-Plan.
func toldPlan(header string) (plan fault.Plan, seed uint64) {
	values, err := url.ParseQuery(header)
	if err != nil {
		return fault.Plan{}, 0
	}
	plan, err = fault.Parse(values.Get("fault"))
	if err != nil {
		return fault.Plan{}, 0 // of a newer server; what it does is judged as if it were none
	}
	seed, _ = strconv.ParseUint(values.Get("seed"), 10, 64)
	return plan, seed
}

// isAskedFor tells whether a server has refused a stream with the status of the plan.
func (c Config) isAskedFor(err error) bool {
	plan, _ := fault.Parse(c.Fault)
	refusal, ok := errors.AsType[*eventsource.Error](err)
	return ok && plan.Status() != 0 && refusal.Status == plan.Status()
}

// answersInstead tells whether an attempt got the status that its plan has in the
// place of a stream.
func (c *client) answersInstead(err *eventsource.Error) bool {
	status := c.worker.plan.Status()
	return status != 0 && err.Status == status
}
