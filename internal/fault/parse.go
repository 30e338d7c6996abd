package fault

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// maxFaults is the most that one plan has. Each is looked at for each chunk.
const maxFaults = 32

// maxText is how long a plan is at most, in bytes: each stream keeps its own. It is
// also what a log line has of a text that a client sent.
const maxText = 1024

// longest is the longest time that a fault takes.
const longest = time.Hour

// Plan is a number of faults. The zero Plan is none. It is not changed once it was
// made, so any goroutine may read it.
type Plan struct{ faults []one }

// one is one fault of a plan.
type one struct {
	kind     Kind
	value    value
	position int     // never where it has a chance, or happens to the whole stream
	chance   float64 // that each chunk has, of 1; 0 if it has a position
	text     string  // as it was written
}

// never is no position.
const never = -1

// Parse returns the plan that text is. Its error names the token that is wrong, and
// what it could be. No text is no plan.
func Parse(text string) (Plan, error) {
	if text == "" {
		return Plan{}, nil
	}
	tokens := strings.SplitN(text, ",", maxFaults+1)
	if len(tokens) > maxFaults {
		return Plan{}, fmt.Errorf("fault: more than %d faults", maxFaults)
	}
	if len(text) > maxText {
		return Plan{}, fmt.Errorf("fault: a plan of more than %d bytes", maxText)
	}
	var plan Plan
	for _, token := range tokens {
		fault, err := parseOne(token)
		if err != nil {
			return Plan{}, err
		}
		// One stream has one end of line and one status; but it may stall twice.
		if _, twice := plan.find(fault.kind); twice && !Kinds[fault.kind].At {
			return Plan{}, fmt.Errorf("fault: %s is one too many: a plan has %s once", quote(token), fault.kind)
		}
		plan.faults = append(plan.faults, fault)
	}
	return plan, nil
}

// parseOne returns the fault that token is: name[:value][@position] or
// name[:value]:chance%.
func parseOne(token string) (one, error) {
	rest, at, hasAt := strings.Cut(token, "@")
	name, rest, hasRest := strings.Cut(rest, ":")
	kind, ok := kindOf(name)
	if !ok {
		return one{}, fmt.Errorf("fault: there is no fault %s; there are %s", quote(token), forms())
	}
	info := &Kinds[kind]
	if strings.ContainsFunc(token, isStrange) {
		return one{}, wrong(info, token)
	}
	fault := one{kind: kind, position: never, text: strings.Clone(token)} // not all of a query
	var parts []string
	if hasRest {
		parts = strings.Split(rest, ":")
	}
	if info.value != nil {
		if len(parts) == 0 {
			return one{}, wrong(info, token)
		}
		if fault.value, ok = info.value(parts[0]); !ok || kind == Status && !isStatus(fault.value.number) {
			return one{}, wrong(info, token)
		}
		parts = parts[1:]
	}
	switch {
	case !info.At && (hasAt || len(parts) > 0):
		return one{}, wrong(info, token)
	case !info.At:
		return fault, nil
	case hasAt && len(parts) == 0:
		fault.position, ok = parsePosition(at)
	case !hasAt && len(parts) == 1:
		fault.chance, ok = parseChance(parts[0])
	default:
		ok = false
	}
	if !ok {
		return one{}, wrong(info, token)
	}
	return fault, nil
}

// wrong says how a fault of a kind is written.
func wrong(info *Info, token string) error {
	var says []string
	if info.value != nil {
		says = append(says, "V is "+info.Takes)
	}
	if info.At {
		says = append(says, "N is a position, and :P% in the place of @N a chance at each chunk")
	}
	form := info.Form()
	if len(says) > 0 {
		form += ", where " + strings.Join(says, ", ")
	}
	return fmt.Errorf("fault: %s is not of the form %s, as in %s", quote(token), form, info.Example)
}

// quote returns a token that a client sent, of which it may be too much.
func quote(token string) string {
	const enough = 40
	if len(token) > enough {
		token = token[:enough] + "…"
	}
	return strconv.Quote(token)
}

// isStrange says that a character stands in no plan. Those that do mean the same in
// a query, in a header and in a log, the sign of +5s and the letter of 5µs do not.
func isStrange(r rune) bool {
	return !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || strings.ContainsRune(":@.%", r))
}

func duration(least time.Duration) func(string) (value, bool) {
	return func(text string) (value, bool) {
		d, err := time.ParseDuration(text)
		return value{duration: d}, err == nil && d >= least && d <= longest
	}
}

func number(least, most int) func(string) (value, bool) {
	return func(text string) (value, bool) {
		n, ok := parsePosition(text)
		return value{number: n}, ok && n >= least && n <= most
	}
}

func word(words ...string) func(string) (value, bool) {
	return func(text string) (value, bool) {
		i := slices.Index(words, text)
		if i < 0 {
			return value{}, false
		}
		return value{word: words[i]}, true
	}
}

func isStatus(status int) bool { return status == 204 || status >= 400 }

// parsePosition takes digits alone.
func parsePosition(text string) (int, bool) {
	n, err := strconv.ParseUint(text, 10, 31)
	return int(n), err == nil
}

// parseChance returns a chance that is written in percent, as in 2.5%.
func parseChance(text string) (float64, bool) {
	number, ok := strings.CutSuffix(text, "%")
	percent, err := strconv.ParseFloat(number, 64)
	decimal := strings.Trim(number, "0123456789.") == "" // ParseFloat also takes 1e1 and 0x1p3
	return percent / 100, ok && decimal && err == nil && percent > 0 && percent <= 100
}

// String returns the plan as it was written.
func (p Plan) String() string {
	texts := make([]string, len(p.faults))
	for i, fault := range p.faults {
		texts[i] = fault.text
	}
	return strings.Join(texts, ",")
}

// Empty says whether nothing goes wrong.
func (p Plan) Empty() bool { return len(p.faults) == 0 }

// find returns the first fault of a kind.
func (p Plan) find(kind Kind) (one, bool) {
	i := slices.IndexFunc(p.faults, func(fault one) bool { return fault.kind == kind })
	if i < 0 {
		return one{}, false
	}
	return p.faults[i], true
}

// Status returns the status that answers in the place of a stream, 0 for none.
func (p Plan) Status() int {
	fault, _ := p.find(Status)
	return fault.value.number
}
