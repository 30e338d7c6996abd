package load

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"sseserver/internal/load/measure"
	"sseserver/internal/load/template"
)

// publish sends one publication and counts what comes of it.
func (p *publisher) publish(ctx context.Context, n int64, due time.Duration) {
	err := p.send(ctx, n)
	answered := p.worker.now()
	p.count(due, err)
	if _, refused := errors.AsType[*publishRefusal](err); err != nil && !refused {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tally.Distributions.Record(measure.Publish, p.worker.windows.Of(due), answered-due)
}

func (p *publisher) count(due time.Duration, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err == nil {
		p.tally.Counts.Published++
		return
	}
	p.tally.Counts.Unpublished++
	p.tally.Fail(due, sendErrorName("publish", err))
	if p.refusal == "" {
		p.refusal = measure.OneLine(err.Error())
	}
}

func (p *publisher) send(ctx context.Context, n int64) error {
	fill := func(t template.Template) string {
		return t.Expand(func(name string) string {
			if name == "n" {
				return strconv.FormatInt(n, 10)
			}
			return uuid.NewString()
		})
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, fill(p.templates.url), strings.NewReader(fill(p.templates.body)))
	if err != nil {
		return err
	}
	req.Header = p.header.Clone()
	req.Header.Set("Content-Type", p.contentType)
	for name, values := range p.templates.header {
		req.Header.Del(name)
		for _, value := range values {
			req.Header.Add(name, fill(value))
		}
	}
	resp, err := p.client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxRefusal))
	if resp.StatusCode >= http.StatusMultipleChoices {
		return &publishRefusal{status: resp.StatusCode, body: string(body[:min(len(body), 1<<10)])}
	}
	return err
}

// maxRefusal is how much of an answer is read. A longer one costs its
// connection.
const maxRefusal = 64 << 10

// publishRefusal is an answer of the hub that is not 2xx.
type publishRefusal struct {
	status int
	body   string
}

func (r *publishRefusal) Error() string {
	return strings.TrimSpace(fmt.Sprintf("%d %s %s", r.status, http.StatusText(r.status), r.body))
}

// commonHeader is what the fields of all requests say to the hub, too. Values
// with placeholders are the clients' own.
func (c Config) commonHeader() http.Header {
	common := http.Header{}
	for name, values := range c.Header {
		for _, value := range values {
			if t, err := template.Parse(value); err == nil && t.Fixed() {
				common.Add(name, t.Expand(nil))
			}
		}
	}
	return common
}
