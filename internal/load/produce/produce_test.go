package produce

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// recorder is a server that notes what it was asked, and answers as it is told.
type recorder struct {
	*httptest.Server
	answer func(w http.ResponseWriter, body string) // nil means that all is well

	mu          sync.Mutex
	requests    []string
	connections map[string]bool // by address of the client
}

func record(t *testing.T, answer func(http.ResponseWriter, string)) *recorder {
	t.Helper()
	r := &recorder{answer: answer, connections: map[string]bool{}}
	r.Server = httptest.NewUnstartedServer(r)
	r.Config.Protocols = new(http.Protocols)
	r.Config.Protocols.SetHTTP1(true)
	r.Config.Protocols.SetUnencryptedHTTP2(true)
	r.Start()
	t.Cleanup(r.Close)
	return r
}

func (r *recorder) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(req.Body)
	r.mu.Lock()
	r.requests = append(r.requests, fmt.Sprintf("%s %s %s %s %v", req.Method, req.URL, req.Header.Get("Content-Type"), body, err))
	r.connections[req.RemoteAddr] = true
	r.mu.Unlock()
	if r.answer != nil {
		r.answer(w, string(body))
		return
	}
	_, _ = io.WriteString(w, `{"status":"ok","position":7,"bytes":28}`)
}

func (r *recorder) wantRequests(t *testing.T, want ...string) {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	if !slices.Equal(r.requests, want) {
		t.Errorf("\ngot  %q\nwant %q", r.requests, want)
	}
}

func (r *recorder) wantConnections(t *testing.T, want int) {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	if got := len(r.connections); got != want {
		t.Errorf("%d connections, want %d", got, want)
	}
}

// eachProtocol runs a test over HTTP/1.1 and HTTP/2.
func eachProtocol(t *testing.T, test func(t *testing.T, reach func(*recorder) *Server)) {
	t.Run("http1", func(t *testing.T) { test(t, func(r *recorder) *Server { return http1(t, r.URL) }) })
	t.Run("h2c", func(t *testing.T) {
		protocols := new(http.Protocols)
		protocols.SetUnencryptedHTTP2(true)
		client := &http.Client{Transport: &http.Transport{Protocols: protocols}}
		t.Cleanup(client.CloseIdleConnections)
		test(t, func(r *recorder) *Server {
			s := http1(t, r.URL)
			s.Dial, s.Client = nil, client
			return s
		})
	})
}

func http1(t testing.TB, address string) *Server {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return &Server{
		URL: u, Header: http.Header{"Authorization": {"Bearer x"}, "Content-Type": {"text/html"}}, Patience: time.Minute,
		Dial: func(ctx context.Context) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "tcp", u.Host)
		},
	}
}

func TestRequests(t *testing.T) {
	eachProtocol(t, func(t *testing.T, reach func(*recorder) *Server) {
		server := record(t, nil)
		m := reach(server).Message("a/b")
		defer m.Close()
		for range 3 {
			if p, err := m.Append(t.Context(), 6, []byte("text")); err != nil || p != (Progress{7, 28}) {
				t.Errorf("got %+v, %v", p, err)
			}
		}
		if p, err := m.Standing(t.Context()); err != nil || p != (Progress{7, 28}) {
			t.Errorf("got %+v, %v", p, err)
		}
		if err := m.Complete(t.Context()); err != nil {
			t.Error(err)
		}
		chunk := `POST /messages/a%2Fb/chunks?position=6 application/json {"chunk":"text"} <nil>`
		server.wantRequests(t, chunk, chunk, chunk,
			`POST /messages/a%2Fb/chunks application/json {"chunk":""} <nil>`, `POST /messages/a%2Fb/complete   <nil>`)
		server.wantConnections(t, 1)
	})
}

func TestPipe(t *testing.T) {
	eachProtocol(t, func(t *testing.T, reach func(*recorder) *Server) {
		server := record(t, nil)
		m := reach(server).Message("id")
		pipe, err := m.Pipe(t.Context(), 3)
		if err != nil {
			t.Fatal(err)
		}
		for _, chunk := range []string{"some", "thing ", "and more of it, for two digits of length"} {
			if err := pipe.Write([]byte(chunk)); err != nil {
				t.Fatal(err)
			}
		}
		if p, err := pipe.Finish(); err != nil || p != (Progress{7, 28}) {
			t.Errorf("got %+v, %v", p, err)
		}
		pipe.Close() // once more does no harm
		server.wantRequests(t, `POST /messages/id/chunks?complete&position=3 text/plain; charset=utf-8 something and more of it, for two digits of length <nil>`)
	})
}

// A pipe that is given up ends as no whole request does.
func TestPipeThatIsGivenUp(t *testing.T) {
	eachProtocol(t, func(t *testing.T, reach func(*recorder) *Server) {
		seen := make(chan error, 1)
		server := record(t, nil)
		server.Config.Handler = http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			_, err := io.ReadAll(r.Body)
			seen <- err
		})
		pipe, err := reach(server).Message("id").Pipe(t.Context(), 0)
		if err != nil {
			t.Fatal(err)
		}
		if err := pipe.Write([]byte("x")); err != nil {
			t.Fatal(err)
		}
		pipe.Close()
		if err := <-seen; err == nil {
			t.Error("the server takes the request for whole")
		}
	})
}

// What a server says in the middle of a pipe is why nothing more can be written.
func TestPipeThatIsRefused(t *testing.T) {
	eachProtocol(t, func(t *testing.T, reach func(*recorder) *Server) {
		server := record(t, nil)
		server.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Connection", "close")
			w.WriteHeader(http.StatusConflict)
			_, _ = io.WriteString(w, `{"code":"message_closed"}`)
		})
		pipe, err := reach(server).Message("id").Pipe(t.Context(), 0)
		if err != nil {
			t.Fatal(err)
		}
		defer pipe.Close()
		chunk := make([]byte, 32<<10) // as net/http may read 256 KiB before it answers
		for err == nil {
			err = pipe.Write(chunk)
		}
		if r, ok := errors.AsType[*Refusal](err); !ok || r.Status != http.StatusConflict || r.Code != "message_closed" {
			t.Errorf("got %v, want the answer", err)
		}
	})
}

func TestRefusals(t *testing.T) {
	for _, tt := range []struct {
		status int
		code   string
		final  bool
	}{
		{409, "message_closed", true},
		{409, "position_mismatch", false},
		{404, "message_not_found", true},
		{413, "message_too_large", true},
		{400, "", true},
		{408, "request_timeout", false},
		{429, "", false},
		{503, "busy", false},
		{301, "", true},
	} {
		server := record(t, func(w http.ResponseWriter, _ string) {
			w.WriteHeader(tt.status)
			_, _ = fmt.Fprintf(w, `{"code":%q}`, tt.code)
		})
		m := http1(t, server.URL).Message("id")
		_, err := m.Append(t.Context(), 0, []byte("x"))
		r, ok := errors.AsType[*Refusal](err)
		if !ok || r.Status != tt.status || r.Code != tt.code || r.Final() != tt.final {
			t.Errorf("%d %s: got %v, want it with final = %v", tt.status, tt.code, err, tt.final)
		}
		m.Close()
	}
}

// Answers of any form that HTTP/1.1 allows.
func TestAnswers(t *testing.T) {
	const ok = `{"position":7,"bytes":28}`
	for name, answer := range map[string]func(http.ResponseWriter, string){
		"chunked": func(w http.ResponseWriter, _ string) {
			_, _ = io.WriteString(w, ok[:5])
			_ = http.NewResponseController(w).Flush()
			_, _ = io.WriteString(w, ok[5:])
		},
		"informed before": func(w http.ResponseWriter, _ string) {
			w.WriteHeader(http.StatusEarlyHints)
			_, _ = io.WriteString(w, ok)
		},
		"not kept": func(w http.ResponseWriter, _ string) {
			w.Header().Set("Connection", "close")
			_, _ = io.WriteString(w, ok)
		},
		"long": func(w http.ResponseWriter, _ string) {
			w.Header().Set("X-Long", strings.Repeat("x", 5000))
			_, _ = io.WriteString(w, strings.Repeat(" ", 3000)+ok)
		},
	} {
		t.Run(name, func(t *testing.T) {
			m := http1(t, record(t, answer).URL).Message("id")
			defer m.Close()
			for range 3 {
				if p, err := m.Append(t.Context(), 0, []byte("x")); err != nil || p != (Progress{7, 28}) {
					t.Errorf("got %+v, %v", p, err)
				}
			}
		})
	}
}

// A server may close a connection that is idle.
func TestConnectionThatWasClosed(t *testing.T) {
	server := record(t, nil)
	m := http1(t, server.URL).Message("id")
	defer m.Close()
	for range 2 {
		if _, err := m.Append(t.Context(), 0, []byte("x")); err != nil {
			t.Error(err)
		}
		server.CloseClientConnections()
		m.conn.used = m.conn.used.Add(-idleTime)
	}
	server.wantConnections(t, 2)
}

// A request that is not answered is not repeated: it may have been carried out.
func TestServerThatHangsUp(t *testing.T) {
	server := record(t, func(http.ResponseWriter, string) { panic(http.ErrAbortHandler) })
	m := http1(t, server.URL).Message("id")
	if _, err := m.Append(t.Context(), 0, []byte("x")); !errors.Is(err, io.EOF) {
		t.Errorf("got %v, want the end", err)
	}
	server.wantRequests(t, `POST /messages/id/chunks?position=0 application/json {"chunk":"x"} <nil>`)
}

// The end of the context ends a request.
func TestCancel(t *testing.T) {
	eachProtocol(t, func(t *testing.T, reach func(*recorder) *Server) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		server := record(t, nil)
		server.Config.Handler = http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			cancel()
			_, _ = io.Copy(io.Discard, r.Body)
			<-r.Context().Done()
		})
		m := reach(server).Message("id")
		if _, err := m.Append(ctx, 0, []byte("x")); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v, want that it was cancelled", err)
		}
	})
}

// A body that is sent in chunks is not as long as another field says (RFC 9112,
// section 6.3).
func TestChunkedBodyHasNoLength(t *testing.T) {
	const head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ncontent-length: 5"
	if _, length := plainHead([]byte(head)); length >= 0 {
		t.Errorf("%q: %d bytes", head, length)
	}
}

// A head in pieces, or cut off, is never more than an error.
func FuzzPlainHead(f *testing.F) {
	f.Add([]byte("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close"))
	f.Add([]byte("HTTP/1.1 2"))
	f.Fuzz(func(t *testing.T, head []byte) {
		if r, length := plainHead(head); length >= 0 && (r.status < 200 || r.status > 999) {
			t.Errorf("%q: status %d", head, r.status)
		}
	})
}

func TestAppendAllocatesLittle(t *testing.T) {
	server, client := net.Pipe()
	defer server.Close()
	go func() { // ends with the pipe
		in := make([]byte, 4<<10)
		for {
			if _, err := server.Read(in); err != nil {
				return
			}
			_, _ = io.WriteString(server, "HTTP/1.1 200 OK\r\nContent-Length: 39\r\n\r\n{\"status\":\"ok\",\"position\":7,\"bytes\":28}")
		}
	}()
	s := http1(t, "http://h")
	s.Dial = func(context.Context) (net.Conn, error) { return client, nil }
	m := s.Message("id")
	defer m.Close()
	chunk := []byte("text")
	if n := testing.AllocsPerRun(100, func() { _, _ = m.Append(t.Context(), 6, chunk) }); n > 16 {
		t.Errorf("%v allocations for one append", n)
	}
}
