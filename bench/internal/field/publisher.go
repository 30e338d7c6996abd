package field

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// publisher posts one event each interval to each channel. The channels take
// turns evenly, so that their bursts do not fall together.
type publisher struct {
	log    *log.Logger
	client *http.Client
	cancel context.CancelFunc
	done   sync.WaitGroup
}

// publish starts a publisher. Its owner calls stop.
func publish(l *log.Logger, url string, channels int, interval time.Duration) *publisher {
	ctx, cancel := context.WithCancel(context.Background())
	p := &publisher{
		log:    l,
		cancel: cancel,
		client: &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: channels}},
	}
	for c := range channels {
		start := time.Now().Add(interval * time.Duration(c) / time.Duration(channels))
		p.done.Go(func() {
			if err := p.run(ctx, url+strconv.Itoa(c), start, interval); err != nil && ctx.Err() == nil {
				p.log.Printf("publishing to Nchan ended: %v", err)
			}
		})
	}
	return p
}

// stop ends the publisher and waits for that.
func (p *publisher) stop() {
	p.cancel()
	p.done.Wait()
	p.client.CloseIdleConnections()
}

// run publishes event k at start + k * interval.
func (p *publisher) run(ctx context.Context, url string, start time.Time, interval time.Duration) error {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for k := range events {
		timer.Reset(time.Until(start.Add(time.Duration(k) * interval)))
		select {
		case <-timer.C:
		case <-ctx.Done():
			return nil
		}
		if err := p.post(ctx, url, k); err != nil {
			return err
		}
	}
	return nil
}

// post publishes event k: the data that the other servers send, too.
func (p *publisher) post(ctx context.Context, url string, k int) error {
	data, err := json.Marshal(struct {
		MessageID string `json:"messageId"`
		Chunk     string `json:"chunk"`
		Position  int    `json:"position"`
		Total     int    `json:"total"`
	}{"5b0e0f3c-2f5d-4c3a-9d2e-7a1b6c8d9e0f", string(rune('a' + k%26)), k, events})
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, strings.NewReader(string(data)))
	if err != nil {
		return err
	}
	response, err := p.client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	_, err = io.Copy(io.Discard, response.Body)
	if err == nil && response.StatusCode/100 != 2 {
		err = fmt.Errorf("field: Nchan answered %s", response.Status)
	}
	return err
}
