package docscheck

import (
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"sseserver/httpapi/ssetest"
)

// Through nginx, set up as the guide shows, a pipe reaches its readers as it
// comes.
func TestPipeThroughNginx(t *testing.T) {
	wantPrograms(t, "nginx")
	server := ssetest.Start(t, ssetest.Config{})
	proxy := startNginx(t, "", strings.Replace(files(t, guide)["live.conf"], "http://127.0.0.1:4400", server.URL, 1), "127.0.0.1:8081")
	id := open(t, server)
	response, err := http.Get(proxy + "/stream/" + id)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	stream := ssetest.Read(t, response)
	stream.WantOpening()

	body, pipe := io.Pipe()
	var posting sync.WaitGroup
	posting.Go(func() { post(t, proxy+"/messages/"+id+"/chunks?complete", body) })
	t.Cleanup(func() {
		_ = pipe.Close()
		posting.Wait()
	})
	for i, text := range []string{"as ", "it ", "comes"} {
		_, _ = io.WriteString(pipe, text)
		stream.WantChunk(i, text)
	}
	_ = pipe.Close()
	stream.WantDone()
}

// post sends a text and wants success. Any goroutine may call it.
func post(t *testing.T, address string, text io.Reader) {
	response, err := http.Post(address, "text/plain", text)
	if err != nil {
		t.Error(err)
		return
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		t.Errorf("the pipe is answered with %s", response.Status)
	}
}
