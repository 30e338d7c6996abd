package main

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"sseserver/httpapi/ssetest"
)

// Readers of one live message whose connections are cut at random, while producers
// append, get all of it once, in order, and the digest that goes with it.
func TestLiveThroughABadNetwork(t *testing.T) {
	// Streams of HTTP/2 share a connection, and are cut together.
	for protocol, sharing := range map[ssetest.Protocol]int{ssetest.HTTP1: 1, ssetest.H2C: 40} {
		t.Run(string(protocol), func(t *testing.T) {
			wantNoLeaks(t)
			from := startWriter(t, protocol)
			id := from.begin()
			cutter := startCutter(t, from.server.addr, 5000*sharing)
			crowd := newCrowd()
			for range crowdSize(from.server) / sharing {
				client := cutter.client(t, protocol)
				for range sharing {
					crowd.join(t, client, "http://"+cutter.listener.Addr().String()+"/stream/"+id)
				}
			}
			chunks := crowd.produce(from, id)
			from.want(200, "complete", "POST", "/messages/"+id+"/complete", "")
			crowd.wait.Wait()
			if t.Failed() {
				return
			}
			crowd.want(t, chunks)
			if cuts, connections := cutter.count(), len(crowd.readers)/sharing; cuts < connections {
				t.Errorf("%d readers lost their connections only %d times", connections, cuts)
			}
		})
	}
}

// crowdSize is how many readers there may be, each with four ends of connections
// in this process, and as many again that are closing.
func crowdSize(server *liveServer) int {
	files := server.log.named("server.starting")[0]["open_file_limit"].(float64)
	size := min(2000, int(files)/8)
	if isRace {
		size /= 10
	}
	return size
}

// crowd are the readers of one message. Each unit has a third of them.
type crowd struct {
	readers []*liveReader
	wait    sync.WaitGroup

	mu     sync.Mutex
	grown  sync.Cond // broadcast after each change
	chunks int       // that have come at those who read them as appended
	failed bool      // one reader has
}

var liveUnits = []string{"chunk", "character", "word"}

func newCrowd() *crowd {
	c := new(crowd)
	c.grown.L = &c.mu
	return c
}

// join lets one more read the message.
func (c *crowd) join(t *testing.T, client *http.Client, url string) {
	unit := liveUnits[len(c.readers)%len(liveUnits)]
	reader := &liveReader{client: client, url: url + "?unit=" + unit, got: func() {}}
	if unit == "chunk" {
		reader.got = c.got
	}
	c.readers = append(c.readers, reader)
	c.wait.Go(func() {
		if err := reader.run(t.Context()); err != nil {
			t.Errorf("%s: %v", reader.url, err)
			c.fail()
		}
	})
}

func (c *crowd) got() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.chunks++
	c.grown.Broadcast()
}

func (c *crowd) fail() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.failed = true
	c.grown.Broadcast()
}

// awaitHalf waits until half of those who read the message as it was appended have,
// on average, so many chunks. So the readers follow while the text grows, however
// slow they are.
func (c *crowd) awaitHalf(chunks int) (ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for !c.failed && c.chunks < chunks*len(c.readers)/len(liveUnits)/2 {
		c.grown.Wait()
	}
	return !c.failed
}

// produce lets several producers append a text. It returns its chunks by the
// positions that the answers tell.
func (c *crowd) produce(from writer, id string) []string {
	pieces := strings.Split("Né| 👩\u200d|👧 w|örld|\r|\n🇫|🇷🇫|🇷 e|\u0301 |x", "|")
	chunks := make([]string, 40)
	next := make(chan int)
	var producers sync.WaitGroup
	for range 3 {
		producers.Go(func() {
			for k := range next {
				piece := pieces[k%len(pieces)]
				position, err := from.appendChunk(id, piece)
				if err != nil {
					from.t.Error(err)
					c.fail()
					continue
				}
				chunks[position-1] = piece // each its own, or one stays empty
			}
		})
	}
	for k := range chunks {
		if !c.awaitHalf(k) {
			break
		}
		next <- k
	}
	close(next)
	producers.Wait()
	return chunks
}

// want wants all readers to have the text of these chunks: in the same pieces as all
// others of their unit.
func (c *crowd) want(t *testing.T, chunks []string) {
	t.Helper()
	text := strings.Join(chunks, "")
	digest := sha256.Sum256([]byte(text))
	for i, reader := range c.readers {
		unit := liveUnits[i%len(liveUnits)]
		want := chunks
		if unit != "chunk" {
			want = c.readers[i%len(liveUnits)].chunks
		}
		if !slices.Equal(reader.chunks, want) || strings.Join(reader.chunks, "") != text {
			t.Fatalf("a reader has the %ss %q\nwant %q", unit, reader.chunks, want)
		}
		if *reader.done != (ending{len(reader.chunks), hex.EncodeToString(digest[:])}) {
			t.Fatalf("a reader of %d %ss was told %+v; want %x", len(reader.chunks), unit, reader.done, digest)
		}
	}
}
