package httpapi_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"sseserver/httpapi/ssetest"
	"sseserver/internal/eventstream"
)

// returning reads a stream as an EventSource does that never waits, and keeps the
// text of each position.
type returning struct {
	parser eventstream.Parser
	texts  map[int]string
	done   bool
}

func (r *returning) Event(e eventstream.Event) error {
	var d struct {
		Chunk    string
		Position int
	}
	if string(e.Type) == "done" {
		r.done = true
		return nil
	}
	if string(e.Type) != "" {
		return nil
	}
	err := json.Unmarshal(e.Data, &d)
	r.texts[d.Position] = d.Chunk
	return err
}

func (r *returning) Comment([]byte)      {}
func (r *returning) Retry(time.Duration) {}

// connect reads one connection to its end, whatever that is.
func (r *returning) connect(server *ssetest.Server, protocol ssetest.Protocol, path string) error {
	request, err := http.NewRequest("GET", server.URL+path, nil)
	if err != nil {
		return err
	}
	if id := r.parser.LastEventID(); len(id) > 0 {
		request.Header.Set("Last-Event-ID", string(id))
	}
	response, err := server.Client(protocol).Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s", response.Status)
	}
	body, _ := io.ReadAll(response.Body)
	r.parser.Reset()
	return r.parser.Feed(body, r)
}

// A client that comes back after each end has the whole text at last, without what
// the plan takes away, and no plan keeps it coming back for ever.
func TestFaultyResumes(t *testing.T) {
	onEach(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{})
		id := server.Submit(letters)
		for plan, most := range map[string]int{
			"":                        1,
			"cut@12":                  2,
			"cut@1":                   2,
			"truncate@1,cut@2,end@3":  4,
			"cut@12,truncate@5,end@7": 4,
			"cut:100%":                len(letterPieces),
			"truncate:30%,split:7":    len(letterPieces),
			"end:30%,eol:crlf,bom":    len(letterPieces),
			"cut@12,double:50%,stall:1ms@12,first:1ms": 2,
			"swap@11,cut@12":                        2,
			"truncate@12,comment@12,eol:cr,split:1": 2,
			"cut@12,jitter:2ms,burst:4,retry:0":     2,
		} {
			client := returning{texts: make(map[int]string)}
			if strings.Contains(plan, "%") { // without an id to come back with, it would be as the first time
				_ = client.parser.Feed([]byte("id: 0\ndata: {\"chunk\":\"N\"}\n\n"), &client)
			}
			path := "/stream/" + id + "?interval=1ms&seed=5&fault=" + plan
			connections := 0
			for ; !client.done && connections < most; connections++ {
				if err := client.connect(server, protocol, path); err != nil {
					t.Fatalf("%s: %v", plan, err)
				}
			}
			var text strings.Builder
			for position := range letterPieces {
				text.WriteString(client.texts[position])
			}
			if text.String() != letters || !client.done {
				t.Errorf("%s: after %d connections, done is %t, with %q; want %q", plan, connections, client.done, &text, letters)
			}
		}
	})
}
