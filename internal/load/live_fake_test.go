package load

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// liveServer has live messages, as much of them as sseload uses, and is bad at
// it where it is told to be.
type liveServer struct {
	*httptest.Server

	// Immutable.
	spoil  func(reader int, frame string) []string       // what a reader gets in place of a frame; nil means that
	refuse func(w http.ResponseWriter, request int) bool // answers an append in place of the server; nil never does
	after  func(w http.ResponseWriter, request int)      // is called when an append was carried out, before its answer; may be nil
	digest func(text string) string                      // of done; nil means the right one
	total  func(chunks int) int                          // of done; nil means the right one
	ending func(end string) string                       // what is sent at the end in place of done; nil means that

	mu       sync.Mutex
	changed  *sync.Cond
	messages []*liveText
	readers  int
	appends  int
	deaf     bool // the run is over
}

// liveText is a live message.
type liveText struct {
	id       int
	chunks   []string
	complete bool
}

func startLive(t *testing.T, s *liveServer) *liveServer {
	t.Helper()
	s.changed = sync.NewCond(&s.mu)
	mux := http.NewServeMux()
	mux.HandleFunc("POST /messages", s.open)
	mux.HandleFunc("POST /messages/{id}/chunks", s.append)
	mux.HandleFunc("POST /messages/{id}/complete", s.complete)
	mux.HandleFunc("GET /stream/{id}", s.stream)
	s.Server = httptest.NewUnstartedServer(mux)
	s.Config.Protocols = new(http.Protocols)
	s.Config.Protocols.SetHTTP1(true)
	s.Config.Protocols.SetUnencryptedHTTP2(true)
	s.Start()
	t.Cleanup(func() {
		s.do(func() { s.deaf = true })
		s.Close()
	})
	return s
}

// do changes something, and tells those who wait for a change.
func (s *liveServer) do(change func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change()
	s.changed.Broadcast()
}

func (s *liveServer) open(w http.ResponseWriter, _ *http.Request) {
	s.do(func() {
		s.messages = append(s.messages, &liveText{id: len(s.messages)})
		w.WriteHeader(http.StatusCreated)
		fmt.Fprintf(w, `{"status":"ok","messageId":"%d","state":"open"}`, len(s.messages)-1)
	})
}

func (s *liveServer) message(r *http.Request) *liveText {
	n, err := strconv.Atoi(r.PathValue("id"))
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil || n >= len(s.messages) {
		panic(http.ErrAbortHandler)
	}
	return s.messages[n]
}

func (s *liveServer) append(w http.ResponseWriter, r *http.Request) {
	m := s.message(r)
	if strings.HasPrefix(r.Header.Get("Content-Type"), "text/plain") {
		s.pipe(w, r, m)
		return
	}
	var body struct{ Chunk string }
	if json.NewDecoder(r.Body).Decode(&body) != nil {
		panic(http.ErrAbortHandler)
	}
	if body.Chunk != "" {
		request := 0
		s.do(func() { request = s.appends; s.appends++ })
		if s.refuse != nil && s.refuse(w, request) {
			return
		}
		if at := r.URL.Query().Get("position"); !s.add(m, at, body.Chunk) {
			http.Error(w, `{"code":"position_mismatch"}`, http.StatusConflict)
			return
		}
		if s.after != nil {
			s.after(w, request)
		}
	}
	s.answer(w, m)
}

// add says false if there are not as many chunks as the producer says.
func (s *liveServer) add(m *liveText, at, chunk string) (ok bool) {
	s.do(func() {
		if ok = at == strconv.Itoa(len(m.chunks)); ok {
			m.chunks = append(m.chunks, chunk)
		}
	})
	return ok
}

// pipe appends whatever a read brings.
func (s *liveServer) pipe(w http.ResponseWriter, r *http.Request, m *liveText) {
	in := make([]byte, 4<<10)
	for {
		n, err := r.Body.Read(in)
		request := 0
		s.do(func() {
			request = s.appends
			s.appends++
			if n > 0 {
				m.chunks = append(m.chunks, string(in[:n]))
			}
			m.complete = errors.Is(err, io.EOF)
		})
		if s.after != nil {
			s.after(w, request)
		}
		if err != nil {
			break
		}
	}
	s.answer(w, m)
}

func (s *liveServer) answer(w http.ResponseWriter, m *liveText) {
	s.mu.Lock()
	defer s.mu.Unlock()
	fmt.Fprintf(w, `{"status":"ok","position":%d,"bytes":%d}`, len(m.chunks), len(strings.Join(m.chunks, "")))
}

func (s *liveServer) complete(w http.ResponseWriter, r *http.Request) {
	m := s.message(r)
	s.do(func() { m.complete = true })
	fmt.Fprintf(w, `{"status":"ok","messageId":"%d","state":"complete"}`, m.id)
}

func (s *liveServer) stream(w http.ResponseWriter, r *http.Request) {
	m, reader := s.message(r), 0
	s.do(func() { reader = s.readers; s.readers++ })
	w.Header().Set("Content-Type", "text/event-stream")
	send := func(frame string) {
		frames := []string{frame}
		if s.spoil != nil {
			frames = s.spoil(reader, frame)
		}
		_, _ = io.WriteString(w, strings.Join(frames, ""))
		_ = http.NewResponseController(w).Flush()
	}
	send("retry: 10\n\n")
	defer s.wakenBy(r)()
	position := 0
	if last, err := strconv.Atoi(r.Header.Get("Last-Event-ID")); err == nil {
		position = last + 1
	}
	for r.Context().Err() == nil {
		chunk, total, more := s.next(r, m, position)
		if !more {
			break
		}
		send(fmt.Sprintf("id: %[2]d\ndata: {\"messageId\":\"%[1]d\",\"chunk\":%[3]q,\"position\":%[2]d,\"total\":%[4]s}\n\n", m.id, position, chunk, total))
		position++
	}
	if r.Context().Err() != nil {
		return
	}
	send(s.last(m))
	if s.ending != nil {
		<-r.Context().Done()
	}
}

// next waits for the chunk at a position. It says false when there is none.
func (s *liveServer) next(r *http.Request, m *liveText, position int) (chunk, total string, more bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for position >= len(m.chunks) && !m.complete && !s.deaf && r.Context().Err() == nil {
		s.changed.Wait()
	}
	if position >= len(m.chunks) {
		return "", "", false
	}
	total = "null"
	if m.complete {
		total = strconv.Itoa(len(m.chunks))
	}
	return m.chunks[position], total, true
}

// wakenBy has the end of a request wake who waits for it.
func (s *liveServer) wakenBy(r *http.Request) (stop func()) {
	ended, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		select {
		case <-r.Context().Done():
			s.do(func() {})
		case <-ended:
		}
	}()
	return func() { close(ended); <-done }
}

// last is the frame at the end.
func (s *liveServer) last(m *liveText) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	text, total := strings.Join(m.chunks, ""), len(m.chunks)
	sum := sha256.Sum256([]byte(text))
	digest := hex.EncodeToString(sum[:])
	if s.digest != nil {
		digest = s.digest(text)
	}
	if s.total != nil {
		total = s.total(total)
	}
	end := fmt.Sprintf("event: done\nid: end\ndata: {\"messageId\":\"%d\",\"total\":%d,\"sha256\":\"%s\"}\n\n", m.id, total, digest)
	if s.ending != nil {
		end = s.ending(end)
	}
	return end
}
