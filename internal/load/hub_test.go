package load

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// hub passes what is published at /pub on to all who are at /sub, and does so
// badly where it is told to.
type hub struct {
	*httptest.Server

	// Immutable.
	keeps bool                                        // resumes after Last-Event-ID
	spoil func(subscriber int, frame string) []string // what one subscriber gets in place of a frame; nil means that
	delay time.Duration                               // of each frame
	taken func(n int) (status int)                    // what becomes of publication n; nil means 200
	turn  func(h *hub, n int)                         // is called before publication n is passed on; may be nil

	mu          sync.Mutex
	requests    []*http.Request
	frames      []string
	subscribers map[int]chan string // by their number; closed to break the connection
	opened      int
	next        int        // the publication whose turn it is: a loaded machine must not change the order
	advance     *sync.Cond // next is another
	absent      int        // frames times those who were not there
}

// hubClients is how many clients the tests have. The first to open a stream is
// none of them, but the preflight.
const hubClients = 5

func startHub(t *testing.T, h *hub) *hub {
	h.subscribers = map[int]chan string{}
	h.advance = sync.NewCond(&h.mu)
	mux := http.NewServeMux()
	mux.HandleFunc("POST /pub", h.publish)
	mux.HandleFunc("GET /sub", h.subscribe)
	h.Server = httptest.NewUnstartedServer(mux)
	h.Config.Protocols = new(http.Protocols)
	h.Config.Protocols.SetHTTP1(true)
	h.Config.Protocols.SetUnencryptedHTTP2(true)
	h.Start()
	t.Cleanup(h.Close)
	return h
}

func (h *hub) publish(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	var event struct{ N int }
	if err := json.Unmarshal(body, &event); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	status := http.StatusOK
	if h.taken != nil {
		status = h.taken(event.N)
	}
	if r.Context().Err() != nil {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for h.next != event.N {
		h.advance.Wait()
	}
	h.requests = append(h.requests, r)
	if status == http.StatusOK {
		h.pass(event.N, body)
	} else {
		http.Error(w, "not\tnow", status)
	}
	h.next++
	h.advance.Broadcast()
}

// pass gives a publication to all who are there. h.mu is held.
func (h *hub) pass(n int, body []byte) {
	if h.turn != nil {
		h.turn(h, n)
	}
	frame := fmt.Sprintf("id: %d\ndata: %s\n\n", len(h.frames), body)
	h.frames = append(h.frames, frame)
	h.absent += hubClients - len(h.subscribers)
	for _, queue := range h.subscribers {
		queue <- frame
	}
}

// breakAll breaks all connections, after what is on its way. h.mu is held.
func (h *hub) breakAll() {
	for number, queue := range h.subscribers {
		close(queue)
		delete(h.subscribers, number)
	}
}

func (h *hub) subscribe(w http.ResponseWriter, r *http.Request) {
	queue := make(chan string, 1000) // more than any test publishes
	h.mu.Lock()
	number := h.opened
	h.opened++
	h.subscribers[number] = queue
	if last, err := strconv.Atoi(r.Header.Get("Last-Event-ID")); err == nil && h.keeps {
		for _, frame := range h.frames[last+1:] {
			queue <- frame
		}
	}
	h.mu.Unlock()
	defer func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		delete(h.subscribers, number)
	}()
	w.Header().Set("Content-Type", "text/event-stream")
	send := func(text string) {
		_, _ = io.WriteString(w, text)
		_ = http.NewResponseController(w).Flush()
	}
	send("retry: 10\n\n")
	for {
		select {
		case frame, ok := <-queue:
			if !ok {
				panic(http.ErrAbortHandler)
			}
			frames := []string{frame}
			if h.spoil != nil {
				frames = h.spoil(number, frame)
			}
			<-time.After(h.delay)
			send(strings.Join(frames, ""))
		case <-r.Context().Done():
			return
		}
	}
}

// publishTo is a run that publishes 20 times to five clients, who have all
// opened their streams long before.
func publishTo(h *hub) Config {
	return Config{
		URLs: []string{h.URL + "/sub"}, Clients: hubClients, Ramp: hubClients, Duration: 400 * time.Millisecond, Drain: 2 * time.Second,
		Publish: Publish{URL: h.URL + "/pub", Body: `{"n":{n}}`, Rate: 50},
	}
}

const published = 20 // by publishTo
