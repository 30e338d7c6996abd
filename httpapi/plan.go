package httpapi

import (
	"errors"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"sseserver/actors"
	"sseserver/broker"
	"sseserver/internal/fault"
)

// planHeader is the field in which a request can say what else stands in its query,
// and in which the answer tells it.
const planHeader = "X-Stream-Plan"

// plan is what goes wrong in a stream. Nothing does in most.
type plan struct {
	faults fault.Plan
	seed   uint64
	header bool // the request had the header, so the answer has it
}

// parameters returns what a request for a stream says: what its query does not, its
// header does. An error is a *problem.
func parameters(r *http.Request) (url.Values, error) {
	values, err := url.ParseQuery(escapePercent(r.URL.RawQuery))
	if err != nil {
		return nil, invalidParameter("", "the query is malformed: %v", err)
	}
	header, err := url.ParseQuery(escapePercent(strings.Join(r.Header.Values(planHeader), "&")))
	if err != nil {
		return nil, invalidParameter(planHeader, "%s is malformed: %v", planHeader, err)
	}
	for name, value := range header {
		if !values.Has(name) {
			values[name] = value
		}
	}
	return values, nil
}

// escapePercent returns a query in which each percent sign of a plan that cannot be
// an escape stands for itself: fault=drop:5% is how people write it.
func escapePercent(query string) string {
	if !strings.Contains(query, "%") { // as of most streams
		return query
	}
	parts := strings.Split(query, "&")
	for i, part := range parts {
		if strings.HasPrefix(part, "fault=") {
			parts[i] = escapePart(part)
		}
	}
	return strings.Join(parts, "&")
}

func escapePart(part string) string {
	pieces := strings.Split(part, "%")
	escaped := pieces[0]
	for _, piece := range pieces[1:] {
		if len(piece) < 2 || !isHex(piece[0]) || !isHex(piece[1]) {
			escaped += "%25" + piece
		} else {
			escaped += "%" + piece
		}
	}
	return escaped
}

func isHex(c byte) bool { return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'f' }

// plan returns the plan of a stream that r asks for with these parameters, or the
// one that all streams have. An error is a *problem.
func (s *Server) plan(r *http.Request, values url.Values) (plan, error) {
	p := plan{faults: s.config.Faults, seed: uint64(rand.Uint32()), header: r.Header.Get(planHeader) != ""}
	if values.Has("fault") {
		if s.config.NoFaults {
			return plan{}, invalidParameter("fault", "fault: this server lets no request ask for faults (--no-faults)")
		}
		var err error
		if p.faults, err = fault.Parse(strings.Join(values["fault"], ",")); err != nil {
			return plan{}, invalidParameter("fault", "%v", err)
		}
	}
	if values.Has("seed") {
		seed, err := strconv.ParseUint(values.Get("seed"), 10, 64)
		if err != nil {
			return plan{}, invalidParameter("seed", "seed must be a whole number from 0 to 18446744073709551615").between("0", "18446744073709551615")
		}
		p.seed = seed
	}
	return p, nil
}

// bend is broker.Request.Bend for a stream of this plan; nil if nothing goes wrong.
func (p plan) bend() func(from int, resumed bool) actors.Bend {
	if p.faults.Empty() {
		return nil
	}
	return func(from int, resumed bool) actors.Bend { return p.faults.Of(p.seed, from, resumed).Pace }
}

// tell tells in the head of an answer how its stream is paced and what goes wrong in
// it, so that it can be asked for once more.
//
//	X-Stream-Plan: interval=50ms&unit=character&fault=cut@12&seed=42
func (a ask) tell(header http.Header, subscription *broker.Subscription) {
	p := a.plan
	if p.faults.Empty() && !p.header {
		return
	}
	var parts []string
	if subscription.Interval > 0 {
		parts = append(parts, "interval="+subscription.Interval.String())
	}
	if subscription.Kind == broker.Characters {
		parts = append(parts, "unit="+unitNames[subscription.Unit])
	}
	if a.beats {
		parts = append(parts, "heartbeat=event")
	}
	if !p.faults.Empty() {
		faults := strings.ReplaceAll(p.faults.String(), "%", "%25")
		parts = append(parts, "fault="+faults, "seed="+strconv.FormatUint(p.seed, 10))
	}
	header.Set(planHeader, strings.Join(parts, "&"))
}

// unitNames are the values of the parameter unit.
var unitNames = map[actors.Unit]string{actors.Character: "character", actors.Word: "word", actors.Appended: "chunk"}

// errFault is the cause of the end of a stream whose plan ends it.
var errFault = errors.New("httpapi: the plan of the stream ends it")
