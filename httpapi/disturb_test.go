package httpapi_test

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"sseserver/httpapi"
	"sseserver/httpapi/ssetest"
)

// TestFaultsNoted has what is logged of a stream of "Hello": what happens, and when it
// happens, and nothing that only stands in the plan.
func TestFaultsNoted(t *testing.T) {
	inBubbles(t, func(t *testing.T, protocol ssetest.Protocol) {
		server := ssetest.Start(t, ssetest.Config{InMemory: true})
		id := server.Submit("Hello")
		for plan, want := range map[string]string{
			"end@2,drop@1":              "drop@1 end@2",
			"end@9":                     "",
			"bom,first:1s,double@3":     "first@0 bom@0 double@3",
			"stall:1s@0,stall:2s@2":     "stall@0 stall@2",
			"stall:1s:100%,end@2":       "stall@0 stall@1 stall@2 end@2",
			"swap@1":                    "swap@1",
			"swap:100%":                 "swap@0 swap@2", // of two that are to be swapped one is
			"swap@4":                    "",              // there is none behind it
			"swap@1,end@2":              "end@2",
			"swap@1,drop@2":             "drop@2",
			"swap@1,double@1,corrupt@2": "double@1 corrupt@2 swap@1",
		} {
			before := len(server.Log.Named("stream.fault"))
			ask(t, server, protocol, "GET", "/stream/"+id+"?interval=1ms&fault="+plan, "")
			var got []string
			for _, line := range server.Log.Named("stream.fault")[before:] {
				got = append(got, fmt.Sprintf("%v@%v", line.Fields["fault"], line.Fields["position"]))
			}
			if got := strings.Join(got, " "); got != want {
				t.Errorf("%s: logged %q, want %q", plan, got, want)
			}
		}
	})
}

// A long chunk of which each byte is a write takes seconds, but no longer than one
// when its message is deleted.
func TestSplitChunkOfDeletedMessage(t *testing.T) {
	onEach(t, func(t *testing.T, protocol ssetest.Protocol) {
		const size = 4 << 20
		server := ssetest.Start(t, ssetest.Config{API: httpapi.Config{MaxMessageBytes: 2 * size}})
		id := server.Submit(strings.Repeat("x", size) + " y")
		response, err := server.Client(protocol).Get(server.URL + "/stream/" + id + "?unit=word&fault=split:1")
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		_, _ = io.ReadFull(response.Body, make([]byte, 1000)) // in the middle of the chunk
		ask(t, server, protocol, "DELETE", "/messages/"+id, "")
		read, err := io.Copy(io.Discard, response.Body)
		if err == nil || read >= size {
			t.Errorf("read %d bytes, %v; want it broken off", read, err)
		}
		if closed := server.Await("stream.closed", 1)[0]; closed.Fields["reason"] != "message_deleted" {
			t.Errorf("closed with %v", closed.Fields["reason"])
		}
	})
}
