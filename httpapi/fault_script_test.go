package httpapi_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// script is a stream and its plan. It tells what the client gets, and when, from the
// description of the faults alone: by lists of frames that are cut and moved, where
// the server goes from chunk to chunk.
type script struct {
	id       string // of the message
	text     string // of the message
	progress bool
	pieces   []piece // from the first of the stream on
	after    string  // Last-Event-ID; "" for none
	interval time.Duration
	plan     string
	seed     uint64
	ends     time.Duration // when the message is complete, if that is later
}

// piece is one chunk without faults.
type piece struct {
	position int
	text     string
	total    string
	there    time.Duration // when it was appended
}

// outcome is what becomes of a stream.
type outcome struct {
	blocks []block
	ends   time.Duration // when the body ends
	reset  bool          // and how
	ended  bool          // by the plan, before the last chunk
	faults []string      // what is logged, sorted: "7 drop"
}

// block is what comes at one time.
type block struct {
	text string
	at   time.Duration // since the request
}

func (o outcome) body() string {
	var body strings.Builder
	for _, block := range o.blocks {
		body.WriteString(block.text)
	}
	return body.String()
}

// misdeed is one fault of a plan.
type misdeed struct {
	index       int // in the plan
	name, value string
	at          int
	percent     float64 // the chance, if it has one
	single      bool    // it happens to single chunks
}

var singles = "cut truncate end stall drop double swap corrupt comment"

func (s script) misdeeds() (misdeeds []misdeed) {
	if s.plan == "" {
		return nil
	}
	for i, text := range strings.Split(s.plan, ",") {
		rest, at, hasAt := strings.Cut(text, "@")
		parts := strings.Split(rest, ":")
		misdeed := misdeed{index: i, name: parts[0], single: slices.Contains(strings.Fields(singles), parts[0])}
		if hasAt {
			misdeed.at, _ = strconv.Atoi(at)
		} else if misdeed.single {
			last := len(parts) - 1
			misdeed.percent, _ = strconv.ParseFloat(strings.TrimSuffix(parts[last], "%"), 64)
			parts = parts[:last]
		}
		if len(parts) > 1 {
			misdeed.value = parts[1]
		}
		misdeeds = append(misdeeds, misdeed)
	}
	return misdeeds
}

func (t misdeed) duration() time.Duration {
	d, _ := time.ParseDuration(t.value)
	return d
}

func (t misdeed) number() int {
	n, _ := strconv.Atoi(t.value)
	return n
}

// of returns the fault of the whole stream with that name.
func (s script) of(name string) (misdeed, bool) {
	misdeeds := s.misdeeds()
	i := slices.IndexFunc(misdeeds, func(t misdeed) bool { return t.name == name })
	if i < 0 {
		return misdeed{}, false
	}
	return misdeeds[i], true
}

func (s script) has(name string) bool {
	_, has := s.of(name)
	return has
}

// resumes returns how many pieces the client had before, and whether it is believed.
func (s script) resumes() (had int, resumed bool) {
	for i, piece := range s.pieces {
		if strconv.Itoa(piece.position) == s.after {
			return i + 1, true
		}
	}
	return 0, false
}

// position returns that of the piece of that index, or behind the last.
func (s script) position(i int) int {
	if i < len(s.pieces) {
		return s.pieces[i].position
	}
	return s.pieces[len(s.pieces)-1].position + 1
}

// dice are the random numbers of a fault at a position.
func (s script) dice(index, position int) *rand.Rand {
	return rand.New(rand.NewPCG(s.seed, uint64(position)<<8|uint64(index)))
}

// happens returns what happens to the piece of that index. What does not come has
// nothing else happen to it but a stall; half of it has what stands in it.
func (s script) happens(i int) []misdeed {
	all := s.planned(i)
	for _, one := range []struct{ name, beside string }{
		{"truncate", "stall corrupt comment"}, {"cut", "stall"}, {"end", "stall"}, {"drop", "stall"},
	} {
		if hasName(all, one.name) {
			beside := append(strings.Fields(one.beside), one.name)
			return slices.DeleteFunc(all, func(m misdeed) bool { return !slices.Contains(beside, m.name) })
		}
	}
	return all
}

// planned returns all that the plan has for the piece of that index.
func (s script) planned(i int) (names []misdeed) {
	had, resumed := s.resumes()
	position := s.pieces[i].position
	if resumed && i == had {
		return nil
	}
	for _, misdeed := range s.misdeeds() {
		switch {
		case !misdeed.single:
			continue
		case misdeed.percent > 0:
			if s.dice(misdeed.index, position).Float64() >= misdeed.percent/100 {
				continue
			}
		case position < misdeed.at, // not yet
			i > had && s.pieces[i-1].position >= misdeed.at, // before
			resumed && s.pieces[had].position >= misdeed.at:
			continue
		}
		names = append(names, misdeed)
	}
	return names
}

func hasName(misdeeds []misdeed, names ...string) bool {
	return slices.ContainsFunc(misdeeds, func(t misdeed) bool { return slices.Contains(names, t.name) })
}

// dues returns when each piece is due.
func (s script) dues() []time.Duration {
	had, resumed := s.resumes()
	dues := make([]time.Duration, len(s.pieces))
	var regular time.Duration // when it would be, but for what concerns it alone
	for i := had; i < len(s.pieces); i++ {
		position := s.pieces[i].position
		if i > had {
			regular += s.interval
		}
		regular = max(regular, s.pieces[i].there)
		paused := false
		if first, has := s.of("first"); has && i == had && !resumed {
			regular, paused = regular+first.duration(), true
		}
		for _, misdeed := range s.happens(i) {
			if misdeed.name == "stall" {
				regular, paused = regular+misdeed.duration(), true
			}
		}
		due := regular
		if jitter, has := s.of("jitter"); has {
			due += time.Duration(s.dice(jitter.index, position).Int64N(int64(jitter.duration()) + 1))
		}
		if burst, has := s.of("burst"); has && i > had && !paused && s.pieces[i-1].position/burst.number() == position/burst.number() {
			due = s.pieces[i].there
		}
		if i > had {
			due = max(due, dues[i-1])
		}
		dues[i] = due
	}
	return dues
}

// frame returns the event of a piece to which this happens, the whole of it.
func (s script) frame(piece piece, happens []misdeed) string {
	head, body := s.frameParts(piece, happens, piece.text)
	return head + body + s.frameTail(piece)
}

func (s script) frameParts(piece piece, happens []misdeed, text string) (head, body string) {
	if !s.has("noid") {
		head = fmt.Sprintf("id: %d\n", piece.position)
	}
	if hasName(happens, "comment") {
		head += ": comment\n"
	}
	head += `data: {"messageId":"` + s.id + `",`
	if s.progress {
		head += fmt.Sprintf(`"completed":%t,`, piece.position == 100)
	}
	if hasName(happens, "corrupt") {
		text = s.corrupt(piece.position, text)
	}
	return head + `"chunk":"`, inJSON(text)
}

func (s script) frameTail(piece piece) string {
	if s.progress {
		return `","total":` + piece.total + "}\n\n"
	}
	return fmt.Sprintf(`","position":%d,"total":%s}`+"\n\n", piece.position, piece.total)
}

// half returns the first half of the frame of a piece, or of what begins a long one.
func (s script) half(piece piece, happens []misdeed) string {
	const long = 1024
	frame := s.frame(piece, happens)
	if len(piece.text) > long {
		head, body := s.frameParts(piece, happens, strings.ToValidUTF8(piece.text[:long], ""))
		frame = head + body
	}
	return frame[:len(frame)/2]
}

// corrupt returns text with another letter for its first.
func (s script) corrupt(position int, text string) string {
	runes := []rune(text)
	letter := 'a' + rune(s.dice(32, position).IntN(26))
	if letter == runes[0] {
		letter = 'a' + (letter-'a'+1)%26
	}
	runes[0] = letter
	return string(runes)
}

// inJSON returns text as it stands in a JSON string.
func inJSON(text string) string {
	var out strings.Builder
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(text) // a string always can be
	return out.String()[1 : out.Len()-2]
}

// arrangement is the pieces in the order in which they come, each with the one with
// which it comes.
type arrangement struct{ piece, with int }

// arrange returns which pieces come, from had up to end.
func (s script) arrange(had, end int) (order []arrangement) {
	for i := had; i < end; i++ {
		happens := s.happens(i)
		switch {
		case hasName(happens, "drop"):
		case hasName(happens, "swap") && i+1 < end && !hasName(s.happens(i+1), "drop"):
			order = append(order, arrangement{i + 1, i + 1}, arrangement{i, i + 1})
			i++
		case hasName(happens, "swap"):
			order = append(order, arrangement{i, i + 1})
		default:
			order = append(order, arrangement{i, i})
		}
	}
	return order
}

// outcome returns what becomes of the stream.
func (s script) outcome() outcome {
	had, resumed := s.resumes()
	end := had
	var ended []misdeed // by which the stream ends before the last piece
	for ; end < len(s.pieces); end++ {
		if happens := s.happens(end); hasName(happens, "cut", "truncate", "end") {
			ended = happens
			break
		}
	}
	dues := s.dues()
	last := s.ends // when the end comes
	if end < len(s.pieces) {
		last = dues[end]
	} else if end > had {
		last = max(last, dues[end-1])
	}
	out := outcome{ends: last, reset: hasName(ended, "cut", "truncate"), ended: ended != nil}
	out.add(0, s.opening(had, resumed))
	for _, at := range s.arrange(had, end) {
		time := last
		if at.with < end {
			time = dues[at.with]
		}
		piece, happens := s.pieces[at.piece], s.happens(at.piece)
		if time >= s.ends && piece.total == "null" { // by now it is known
			piece.total = strconv.Itoa(len(s.pieces))
		}
		frame := s.frame(piece, happens)
		out.add(time, frame)
		if hasName(happens, "double") {
			out.add(time, frame)
		}
	}
	switch {
	case hasName(ended, "truncate"):
		out.add(last, s.half(s.pieces[end], ended))
	case ended == nil && !s.has("nodone"):
		out.add(last, s.done())
	}
	out.faults = s.faults(had, end, resumed)
	s.bend(&out)
	return out
}

func (o *outcome) add(at time.Duration, text string) {
	o.blocks = append(o.blocks, block{text, at})
}

func (s script) opening(had int, resumed bool) string {
	wait := "2000"
	if retry, has := s.of("retry"); has {
		wait = strconv.FormatInt(retry.duration().Milliseconds(), 10)
	}
	opening := ": connected\nretry: " + wait + "\n\n"
	if s.after != "" {
		opening += fmt.Sprintf("event: resumed\ndata: {\"messageId\":%q,\"from\":%d,\"resumed\":%t}\n\n", s.id, s.position(had), resumed)
	}
	return opening
}

func (s script) done() string {
	id, rest := "id: end\n", `,"total":100}`
	if s.has("noid") {
		id = ""
	}
	if !s.progress {
		digest := sha256.Sum256([]byte(s.text))
		rest = fmt.Sprintf(`,"total":%d,"sha256":"%s"}`, len(s.pieces), hex.EncodeToString(digest[:]))
	}
	return "event: done\n" + id + `data: {"messageId":"` + s.id + `"` + rest + "\n\n"
}

// faults returns what is logged of the pieces from had to the one that the plan ends
// the stream with, or before. A swap is, if the piece comes behind another one.
func (s script) faults(had, end int, resumed bool) (faults []string) {
	for _, misdeed := range s.misdeeds() {
		if !misdeed.single && !(misdeed.name == "first" && resumed) {
			faults = append(faults, fmt.Sprint(s.position(had), " ", misdeed.name))
		}
	}
	swapped := make(map[int]bool)
	order := s.arrange(had, end)
	for i, at := range order {
		swapped[at.piece] = i > 0 && order[i-1].piece > at.piece
	}
	for i := had; i < min(end+1, len(s.pieces)); i++ {
		var names []string
		for _, misdeed := range s.happens(i) {
			if misdeed.name != "swap" || swapped[i] {
				names = append(names, fmt.Sprint(s.pieces[i].position, " ", misdeed.name))
			}
		}
		slices.Sort(names)
		faults = append(faults, slices.Compact(names)...) // two of a kind are one
	}
	slices.Sort(faults)
	return faults
}

// bend gives all blocks the ends of lines and the beginning that they should have.
func (s script) bend(out *outcome) {
	if eol, has := s.of("eol"); has {
		end := map[string]string{"crlf": "\r\n", "cr": "\r"}[eol.value]
		for i := range out.blocks {
			out.blocks[i].text = strings.ReplaceAll(out.blocks[i].text, "\n", end)
		}
	}
	if s.has("bom") {
		out.blocks[0].text = "\ufeff" + out.blocks[0].text
	}
}

// stored returns the pieces of a stored message.
func stored(texts ...string) (pieces []piece) {
	for i, text := range texts {
		pieces = append(pieces, piece{position: i, text: text, total: strconv.Itoa(len(texts))})
	}
	return pieces
}

// percents returns the pieces of the progress of a stored message.
func percents() (pieces []piece) {
	for percent := 1; percent <= 100; percent++ {
		pieces = append(pieces, piece{position: percent, text: fmt.Sprintf("Processing chunk %d%%", percent), total: "100"})
	}
	return pieces
}

// path returns what the stream is asked for with.
func (s script) path(unit string) string {
	path := "/stream/"
	if s.progress {
		path = "/progress/"
	}
	path += s.id + "?fault=" + s.plan + "&seed=" + strconv.FormatUint(s.seed, 10)
	if s.interval > 0 {
		path += "&interval=" + s.interval.String()
	}
	if unit != "" {
		path += "&unit=" + unit
	}
	if s.after != "" {
		path += "&lastEventId=" + s.after
	}
	return path
}

// wantBody compares a body, of which the end is that of the model.
func (s script) wantBody(t *testing.T, who, got string, want outcome) {
	t.Helper()
	body := want.body()
	if got == body {
		return
	}
	at := 0
	for at < min(len(got), len(body)) && got[at] == body[at] {
		at++
	}
	begin := max(0, at-80)
	t.Errorf("%s: %s, seed %d, after %q: at byte %d of %d, and of %d that should be\n got %q\nwant %q", who, s.plan, s.seed, s.after,
		at, len(got), len(body), got[begin:min(len(got), at+200)], body[begin:min(len(body), at+200)])
}
