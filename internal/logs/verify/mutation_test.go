package verify_test

import (
	"bytes"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"go.uber.org/zap/zapcore"
)

// mutation is a way to falsify a line of a log.
type mutation struct {
	name string
	// apply returns what takes the place of a line and the one behind it, or false if
	// this cannot be done to it.
	apply func(line, next string) (string, bool)
}

// mutations are all of them.
func mutations() []mutation {
	all := []mutation{
		{"removed", func(_, next string) (string, bool) { return next, true }},
		{"doubled", func(line, next string) (string, bool) { return line + line + next, true }},
		{"swapped", func(line, next string) (string, bool) { return next + line, next != "" }},
		{"cut", func(line, next string) (string, bool) { return line[:len(line)/2] + "\n" + next, true }},
		{"joined", func(line, next string) (string, bool) { return strings.TrimSuffix(line, "\n") + next, next != "" }},
		field("event", func(value string) string { return `"no.` + value[1:] }),
		field("event", func(value string) string {
			if value == `"stream.slow"` {
				return `"stream.recovered"`
			}
			return `"stream.slow"`
		}),
		field("kind", other("characters", "progress")),
		field("unit", other("character", "word", "chunk")),
		field("reason", otherReason),
		field("resumed", func(value string) string { return strconv.FormatBool(value != "true") }),
	}
	for _, key := range []string{"message_id", "stream_id", "request_id", "previous_stream_id"} {
		all = append(all, field(key, otherID), field(key, func(string) string { return `"01000000-0000-4000-8000-000000000001"` }))
	}
	for _, key := range []string{"chunks", "position", "first_position", "last_position", "total"} {
		for _, by := range []int{-1, 1} {
			all = append(all, field(key, func(value string) string {
				n, _ := strconv.Atoi(value)
				return strconv.Itoa(n + by)
			}))
		}
	}
	return all
}

// field alters the value of a key.
func field(key string, change func(string) string) mutation {
	pattern := regexp.MustCompile(`"` + key + `":("[^"]*"|[^,}]*)`)
	return mutation{key, func(line, next string) (string, bool) {
		at := pattern.FindStringSubmatchIndex(line)
		if at == nil {
			return "", false
		}
		value := line[at[2]:at[3]]
		changed := change(value)
		return line[:at[2]] + changed + line[at[3]:] + next, changed != value
	}}
}

// other turns a word into the one behind it in the list.
func other(words ...string) func(string) string {
	return func(value string) string {
		i := slices.Index(words, strings.Trim(value, `"`))
		return strconv.Quote(words[(i+1)%len(words)])
	}
}

// otherReason turns a reason into another of the same event and level. Why a live
// message failed is what its producer says, and can be anything.
func otherReason(value string) string {
	for _, words := range [][]string{
		{"client_gone", "message_deleted", "message_evicted", "completed", "message_failed", "fault", "server_shutdown", "admin_closed"},
		{"slow_client", "internal_error"},
		{"ttl", "capacity"},
		{"message_required", "invalid_json", "message_too_large"},
		{"invalid_parameter", "not_acceptable", "message_not_found", "fault_injected", "shutting_down"},
	} {
		if slices.Contains(words, strings.Trim(value, `"`)) {
			return other(words...)(value)
		}
	}
	return value
}

// otherID changes one digit of an id.
func otherID(value string) string {
	digits := []byte(value)
	i := len(digits) - 3
	if digits[i]++; digits[i] == '9'+1 {
		digits[i] = 'a'
	}
	return string(digits)
}

// excused reports whether nothing else in a log tells that a line was altered:
// the first and the last line may not be there yet, or any more; the id of a request
// that led to no other line stands only there.
func excused(name, line string, log []string, i int) bool {
	event := eventOf(line)
	switch name {
	case "removed":
		return i == 0 || i == len(log)-1
	case "request_id":
		id := regexp.MustCompile(`"request_id":"[^"]*"`).FindString(line)
		byAppend := event == "message.completed" || strings.Contains(line, "/complete") // which has no line of its own
		return byAppend || strings.Count(strings.Join(log, ""), id) == 1
	default:
		return false
	}
}

func eventOf(line string) string {
	_, event, _ := strings.Cut(line, `"event":"`)
	event, _, _ = strings.Cut(event, `"`)
	return event
}

// sortOf is the sort of a line: its event, and what decides how it is checked.
func sortOf(line string) string {
	words := regexp.MustCompile(`"(event|kind|unit|reason|plan|fault|resumed|http.route|http.response.status_code|last_event_id)":("[^"]*"|[^,}]*)`)
	return strings.Join(words.FindAllString(line, -1), " ")
}

func lines(log []byte) (all []string) {
	for line := range bytes.Lines(log) {
		all = append(all, string(line))
	}
	return all
}

// notice applies a mutation to a line, and fails the test if nobody notices.
func notice(t *testing.T, log []string, i int, m mutation) (done bool) {
	t.Helper()
	next := ""
	if i+1 < len(log) {
		next = log[i+1]
	}
	changed, ok := m.apply(log[i], next)
	if !ok || excused(m.name, log[i], log, i) {
		return false
	}
	text := strings.Join(log[:i], "") + changed + strings.Join(log[min(i+2, len(log)):], "")
	if problems, _ := verified(t, []byte(text)); len(problems) == 0 {
		t.Errorf("line %d, %s: not noticed; it was\n%snow\n%s", i+1, m.name, log[i], strings.TrimSuffix(changed, next))
	}
	return true
}

// A line of each sort of a log, altered in all ways, is noticed.
func TestMutations(t *testing.T) {
	log := lines(record(t, 1, 1, zapcore.InfoLevel))
	seen, done := make(map[string]bool), 0
	for i, line := range log {
		if sort := sortOf(line); seen[sort] {
			continue
		} else {
			seen[sort] = true
		}
		for _, m := range mutations() {
			if notice(t, log, i, m) {
				done++
			}
		}
	}
	t.Logf("%d lines, %d sorts, %d mutations", len(log), len(seen), done)
	if done < 1000 {
		t.Errorf("only %d mutations", done)
	}
}

// So is any line of the log of two thousand streams.
func TestMutationsOfManyStreams(t *testing.T) {
	log := lines(record(t, 2, 24, zapcore.InfoLevel))
	if opened := strings.Count(strings.Join(log, ""), `"event":"stream.opened"`); opened < 2000 {
		t.Fatalf("only %d streams", opened)
	}
	random := rand.New(rand.NewPCG(3, 4))
	all, done := mutations(), 0
	for done < 40 {
		if notice(t, log, random.IntN(len(log)), all[random.IntN(len(all))]) {
			done++
		}
	}
	t.Logf("%d lines", len(log))
}
