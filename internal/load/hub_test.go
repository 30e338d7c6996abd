package load

import (
	"context"
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
// badly where it is told to. It takes the first publication and the last when
// all clients are there, and after the last one it ends their streams: so the
// time that a client takes to come, or to come back, has no say in what is lost.
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
	changed     *sync.Cond // subscribers, next, or the requests that wait
	over        bool       // the last publication was taken
	absent      int        // frames times those who were not there
}

// hubClients is how many clients the tests have. The first to open a stream is
// none of them, but the preflight.
const hubClients = 5

func startHub(t *testing.T, h *hub) *hub {
	h.subscribers = map[int]chan string{}
	h.changed = sync.NewCond(&h.mu)
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
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.await(r.Context(), event.N) {
		return
	}
	h.requests = append(h.requests, r)
	if status == http.StatusOK {
		h.pass(event.N, body)
	} else {
		http.Error(w, "not\tnow", status)
	}
	h.next++
	if h.next == published {
		h.over = true
		h.closeAll()
	}
	h.changed.Broadcast()
}

// await waits for the turn of publication n. It says false if the publisher is
// gone before. h.mu is held.
func (h *hub) await(ctx context.Context, n int) bool {
	stop := context.AfterFunc(ctx, func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.changed.Broadcast()
	})
	defer stop()
	complete := func() bool { return n != 0 && n != published-1 || len(h.subscribers) == hubClients }
	for ctx.Err() == nil && (h.next != n || !complete()) {
		h.changed.Wait()
	}
	return ctx.Err() == nil
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

// closeAll ends all connections, after what is on its way: by breaking them,
// unless all is over. h.mu is held.
func (h *hub) closeAll() {
	for number, queue := range h.subscribers {
		close(queue)
		delete(h.subscribers, number)
	}
}

func (h *hub) subscribe(w http.ResponseWriter, r *http.Request) {
	queue := make(chan string, 1000) // more than any test publishes
	h.mu.Lock()
	if h.over {
		h.mu.Unlock()
		w.WriteHeader(http.StatusNoContent)
		return
	}
	number := h.opened
	h.opened++
	if number > 0 { // the preflight leaves at once
		h.subscribers[number] = queue
		h.changed.Broadcast()
	}
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
				h.mu.Lock()
				over := h.over
				h.mu.Unlock()
				if !over {
					panic(http.ErrAbortHandler)
				}
				return
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

// publishTo is a run that publishes 20 times to five clients. It is over when
// the hub ends their streams.
func publishTo(h *hub) Config {
	return Config{
		URLs: []string{h.URL + "/sub"}, Clients: hubClients, Ramp: 1000, Duration: 400 * time.Millisecond, Drain: time.Minute,
		Publish: Publish{URL: h.URL + "/pub", Body: `{"n":{n}}`, Rate: 50},
	}
}

const published = 20 // by publishTo
