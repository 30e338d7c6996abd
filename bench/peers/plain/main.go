// plain is the obvious way to write the server: net/http, one actor goroutine
// for each stream, and a channel from it to the handler, which encodes, writes
// and flushes. It is what most people write first, and no strawman: the
// schedule is absolute and the actor ends with its client.
//
// usage: plain ADDR INTERVAL TOTAL
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"os"
	"strconv"
	"time"
)

type chunk struct {
	MessageID string `json:"messageId"`
	Chunk     string `json:"chunk"`
	Position  int    `json:"position"`
	Total     int    `json:"total"`
}

// actor sends chunk k at its start + k * interval, and closes chunks.
func actor(ctx context.Context, chunks chan<- chunk, interval time.Duration, total int) {
	defer close(chunks)
	const messageID = "5b0e0f3c-2f5d-4c3a-9d2e-7a1b6c8d9e0f"
	start := time.Now()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for k := range total {
		timer.Reset(time.Until(start.Add(time.Duration(k) * interval)))
		select {
		case <-timer.C:
		case <-ctx.Done():
			return
		}
		select {
		case chunks <- chunk{messageID, string(rune('a' + k%26)), k, total}:
		case <-ctx.Done():
			return
		}
	}
}

func main() {
	if len(os.Args) != 4 {
		log.Fatal("usage: plain ADDR INTERVAL TOTAL")
	}
	interval, err := time.ParseDuration(os.Args[2])
	if err != nil {
		log.Fatal(err)
	}
	total, err := strconv.Atoi(os.Args[3])
	if err != nil {
		log.Fatal(err)
	}
	http.HandleFunc("GET /stream", func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("Content-Type", "text/event-stream")
		header.Set("Cache-Control", "no-cache, no-transform")
		header.Set("X-Accel-Buffering", "no")
		flusher := w.(http.Flusher)
		fmt.Fprint(w, ": connected\nretry: 2000\n\n")
		flusher.Flush()

		chunks := make(chan chunk)
		go actor(r.Context(), chunks, interval, total)
		for c := range chunks {
			data, err := json.Marshal(c)
			if err != nil {
				log.Print(err)
				return
			}
			if _, err := fmt.Fprintf(w, "id: %d\ndata: %s\n\n", c.Position, data); err != nil {
				return
			}
			flusher.Flush()
		}
	})
	log.Fatal(http.ListenAndServe(os.Args[1], nil))
}
