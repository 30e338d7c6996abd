// gosse serves the same streams with the library github.com/tmaxmax/go-sse: one
// of its sessions for each client, which sends its messages on the client's own
// schedule, from the handler's goroutine.
//
// usage: gosse ADDR INTERVAL TOTAL
package main

import (
	"encoding/json"
	"log"
	"net/http"
	"os"
	"strconv"
	"time"

	"github.com/tmaxmax/go-sse"
)

type chunk struct {
	MessageID string `json:"messageId"`
	Chunk     string `json:"chunk"`
	Position  int    `json:"position"`
	Total     int    `json:"total"`
}

// message is event k.
func message(k, total int) (*sse.Message, error) {
	data, err := json.Marshal(chunk{"5b0e0f3c-2f5d-4c3a-9d2e-7a1b6c8d9e0f", string(rune('a' + k%26)), k, total})
	if err != nil {
		return nil, err
	}
	m := &sse.Message{ID: sse.ID(strconv.Itoa(k))}
	m.AppendData(string(data))
	return m, nil
}

// serve sends message k at the start + k * interval.
func serve(session *sse.Session, interval time.Duration, total int) error {
	start := time.Now()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for k := range total {
		timer.Reset(time.Until(start.Add(time.Duration(k) * interval)))
		select {
		case <-timer.C:
		case <-session.Req.Context().Done():
			return nil
		}
		m, err := message(k, total)
		if err != nil {
			return err
		}
		if session.Send(m) != nil || session.Flush() != nil {
			return nil // the client has left
		}
	}
	return nil
}

func main() {
	if len(os.Args) != 4 {
		log.Fatal("usage: gosse ADDR INTERVAL TOTAL")
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
		session, err := sse.Upgrade(w, r)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		if err := serve(session, interval, total); err != nil {
			log.Print(err)
		}
	})
	log.Fatal(http.ListenAndServe(os.Args[1], nil))
}
