package load

import (
	"math"
	"net/http"
	"time"

	"sseserver/internal/load/template"
	"sseserver/internal/load/track"
)

// Publish says what a run publishes to a hub, so that its clients can be
// checked for getting all of it. Publication n, from 0, is due n/Rate seconds
// after the end of the ramp. In each text but Rate {n} stands for n, {uuid} for
// a new random UUID.
type Publish struct {
	URL    string      `json:"url,omitempty"` // empty means that nothing is published
	Body   string      `json:"body,omitempty"`
	Rate   float64     `json:"rate,omitempty"` // a second; 0 means 10
	Header http.Header `json:"header,omitempty"`
}

const (
	defaultPublishRate = 10
	maxPublishRate     = 10_000 // a second; one generator sends no more, and each is judged for each client
)

var publishNames = []string{"n", "uuid"}

// on tells whether the run publishes.
func (p Publish) on() bool { return p.URL != "" }

// interval is the time between two publications. It is rounded up, so that
// there is none too many in a whole number of seconds. An endless one is still a
// time.Duration.
func (p Publish) interval() time.Duration {
	return time.Duration(min(math.Ceil(float64(time.Second)/p.Rate), 1<<62))
}

// publications is the schedule of all of them.
func (c Config) publications() *track.Publications {
	windows, interval := c.windows(), c.Publish.interval()
	return &track.Publications{Start: windows.Ramp, Count: int64((windows.Steady - windows.Ramp + interval - 1) / interval)}
}

// withPublishing fills in what follows from what is published.
func (c Config) withPublishing() Config {
	if !c.Publish.on() {
		return c
	}
	c.Publish.URL = c.withScheme(c.Publish.URL)
	setDefault(&c.Publish.Rate, defaultPublishRate)
	if !(c.Publish.Rate > 0 && c.Publish.Rate <= maxPublishRate) {
		return c // not valid, and told so
	}
	setDefault(&c.Interval, c.Publish.interval())
	if c.Numbering == track.Auto {
		if at := numberOf(c.Publish.Body); !at.IsZero() {
			c.Numbering, c.NumberAt = track.ByPath, at
		}
	}
	return c
}

// checkPublish finds what cannot be published, or not be found again.
func (c Config) checkPublish() error {
	p := c.Publish
	switch {
	case !p.on() && (p.Body != "" || p.Rate != 0 || p.Header != nil):
		return invalid("--publish-body, --publish-rate and --publish-header need --publish-url")
	case !p.on():
		return nil
	case !c.foreign():
		return invalid("--publish-url needs --url, with the event stream that delivers what is published")
	case !(p.Rate > 0 && p.Rate <= maxPublishRate):
		return invalid("--publish-rate %v: want publications per second, %d at most", p.Rate, maxPublishRate)
	case c.FirstEvent || c.Interval != p.interval():
		return invalid("--interval and --anchor do not go with --publish-url: publications are due at --publish-rate")
	}
	if err := checkFraming("--publish-header", p.Header); err != nil {
		return err
	}
	t, err := p.templates()
	if err != nil {
		return err
	}
	address := t.url.Expand(func(string) string { return "0" })
	if err := c.checkAddress(address); err != nil {
		return err
	}
	return c.checkNumber(t)
}

// checkNumber wants the number of a publication to be found in its events.
func (c Config) checkNumber(t publishTemplates) error {
	switch {
	case !t.body.Has("n") && c.Publish.Body == "":
		return invalid(`--publish-url needs --publish-body, with {n} for the number of the publication, for example {"n":{n}}`)
	case !t.body.Has("n"):
		return invalid(`--publish-body: no {n} in it, which stands for the number of the publication, for example {"n":{n}}`)
	case c.Numbering == track.Auto:
		return invalid("--publish-body: no value in it is {n} alone, so say with --sequence where the number is in the data of an event, for example data.n")
	case c.Numbering == track.Unnumbered:
		return invalid("--sequence none does not go with --publish-url: a publication is known by its number")
	}
	return nil
}

// publishTemplates are the texts of Publish, understood.
type publishTemplates struct {
	url, body template.Template
	header    map[string][]template.Template
}

func (p Publish) templates() (t publishTemplates, err error) {
	if t.url, err = template.Parse(p.URL, publishNames...); err != nil {
		return t, invalid("--publish-url: %v", err)
	}
	if t.body, err = template.Parse(p.Body, publishNames...); err != nil {
		return t, invalid("--publish-body: %v", err)
	}
	t.header = make(map[string][]template.Template, len(p.Header))
	for name, values := range p.Header {
		name = http.CanonicalHeaderKey(name)
		for _, value := range values {
			parsed, err := template.Parse(value, publishNames...)
			if err != nil {
				return t, invalid("--publish-header: %v", err)
			}
			t.header[name] = append(t.header[name], parsed)
		}
	}
	return t, nil
}
