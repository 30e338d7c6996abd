package httpapi_test

import (
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"unicode/utf8"

	"sseserver/httpapi/ssetest"
)

// FuzzLiveCuts writes a text as a live message, cut anywhere: in bytes, into a pipe,
// or between code points, as JSON. Readers of a unit get the same, whenever they
// join. Those of characters and words get what they would if the text had been sent
// as a whole.
//
// It takes numbers, and not the text, since a fuzzer would spend all its time on
// making texts shorter.
func FuzzLiveCuts(f *testing.F) {
	for way := range byte(4) {
		f.Add(uint64(way), ^uint64(0), way) // cut after each byte
	}
	for n := range uint64(40) {
		f.Add(n, n*0x9e3779b97f4a7c15, byte(n))
	}
	f.Fuzz(func(t *testing.T, seed, cuts uint64, way byte) {
		text := textOf(seed)
		protocol := ssetest.Cleartext[way/2%2]
		pieces := cut(text, cuts)
		synctest.Test(t, func(t *testing.T) {
			server := ssetest.Start(t, ssetest.Config{InMemory: true})
			stored := server.Submit(text)
			want := map[string][]string{"chunk": nil}
			for _, unit := range []string{"character", "word"} {
				want[unit] = chunksOf(t, server.Open(protocol, "/stream/"+stored+"?interval=1ms&unit="+unit))
			}
			live := &joining{t: t, server: server, protocol: protocol, producer: produce(t, server, "")}
			if way%2 == 0 {
				live.pipe(pieces)
			} else {
				live.tell(wholeRunes(pieces))
			}
			live.want(text, want)
		})
	})
}

// runesOfTexts are of all kinds that matter to where characters and words end.
var runesOfTexts = []rune("ae \u00a0\u2003\t\r\n\u0000\ufeff\u0301\u0600\u200d👩👧👋🏽🇫🇷1\ufe0f\u20e3각각क\u094dषि")

// textOf returns a text of up to 64 bytes.
func textOf(seed uint64) string {
	random := rand.New(rand.NewPCG(seed, 0))
	var text strings.Builder
	for length := 1 + random.IntN(60); text.Len() < length; {
		text.WriteRune(runesOfTexts[random.IntN(len(runesOfTexts))])
	}
	return text.String()
}

// pipe appends pieces as a pipe does that pauses between them.
func (j *joining) pipe(pieces []string) {
	j.t.Helper()
	body := pipe(j.t, j.server, j.protocol, j.appends("?complete"))
	j.while(pieces, body.say)
	body.end()
	if got := <-body.answers; got.Response == nil || got.StatusCode != http.StatusOK {
		j.t.Fatal(got.body)
	}
}

// tell appends pieces one by one, as JSON.
func (j *joining) tell(pieces []string) {
	j.t.Helper()
	j.while(pieces, func(piece string) {
		chunk, _ := json.Marshal(map[string]string{"chunk": piece})
		if got := ask(j.t, j.server, j.protocol, "POST", j.appends(""), string(chunk), asJSON...); got.StatusCode != http.StatusOK {
			j.t.Fatal(got.body)
		}
	})
	j.complete()
}

// cut cuts text into pieces: after byte k where bit k of cuts is set.
func cut(text string, cuts uint64) (pieces []string) {
	start := 0
	for k := range len(text) - 1 {
		if cuts>>k&1 == 1 {
			pieces = append(pieces, text[start:k+1])
			start = k + 1
		}
	}
	return append(pieces, text[start:])
}

// wholeRunes moves the cuts in code points to their ends.
func wholeRunes(pieces []string) (whole []string) {
	rest := ""
	for _, piece := range pieces {
		rest += piece
		n := len(rest)
		for n > 0 && !utf8.ValidString(rest[:n]) {
			n--
		}
		whole = append(whole, rest[:n])
		rest = rest[n:]
	}
	return whole
}

// joining are readers that come one after the other to a live message.
type joining struct {
	*producer
	t        *testing.T
	server   *ssetest.Server
	protocol ssetest.Protocol
	readers  map[string][]*ssetest.Stream // by unit
}

// while lets readers come before, while and after pieces are appended.
func (j *joining) while(pieces []string, appendPiece func(string)) {
	j.readers = make(map[string][]*ssetest.Stream)
	j.come()
	for i, piece := range pieces {
		if appendPiece(piece); i == len(pieces)/2 {
			j.come()
		}
	}
	j.come()
}

// come lets a reader of each unit come.
func (j *joining) come(header ...string) {
	for _, unit := range []string{"chunk", "character", "word"} {
		stream := j.server.Open(j.protocol, j.path("/stream/?unit="+unit), header...)
		j.readers[unit] = append(j.readers[unit], stream)
	}
}

// want wants all readers to get text, in the pieces that want has for their units, or
// in the same pieces as each other where it has none. So do those that come only now,
// and those that have had the first half.
func (j *joining) want(text string, want map[string][]string) {
	j.t.Helper()
	j.come()
	for unit, chunks := range want {
		for _, reader := range j.readers[unit] {
			got := chunksOf(j.t, reader)
			if chunks == nil {
				chunks = got
			}
			if !slices.Equal(got, chunks) || strings.Join(got, "") != text {
				j.t.Errorf("of %q came the %ss %q, want %q", text, unit, got, chunks)
			}
		}
		had := len(chunks) / 2
		if had == 0 {
			continue
		}
		stream := j.server.Open(j.protocol, j.path("/stream/?unit="+unit), "Last-Event-ID", strconv.Itoa(had-1))
		if got := chunksOf(j.t, stream); !slices.Equal(got, chunks[had:]) {
			j.t.Errorf("of %q the %ss from %d are %q, want %q", text, unit, had, got, chunks[had:])
		}
	}
}

// chunksOf reads a stream to its end, and returns the chunks, which must follow each
// other.
func chunksOf(t *testing.T, stream *ssetest.Stream) (chunks []string) {
	t.Helper()
	events, err := stream.All()
	if err != nil || len(events) == 0 || events[len(events)-1].Name != "done" {
		t.Fatalf("got %v, %v; want a whole stream", events, err)
	}
	next := -1
	for _, event := range events {
		var data struct {
			Chunk    string
			Position int
		}
		if event.Name != "" || event.Data == "" {
			continue
		}
		if err := json.Unmarshal([]byte(event.Data), &data); err != nil {
			t.Fatal(err)
		}
		if next >= 0 && data.Position != next || event.ID != strconv.Itoa(data.Position) {
			t.Fatalf("got %v, want position %d", event, next)
		}
		next = data.Position + 1
		chunks = append(chunks, data.Chunk)
	}
	return chunks
}
