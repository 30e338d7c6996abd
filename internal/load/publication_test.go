package load

import (
	"encoding/json"
	"errors"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"sseserver/internal/load/threshold"
	"sseserver/internal/load/track"
)

func TestPublicationsThatCannotBe(t *testing.T) {
	publishing := func(body string, change func(c *Config)) Config {
		c := Config{URLs: []string{"http://127.0.0.1:1/sub"}, Publish: Publish{URL: "http://127.0.0.1:1/pub", Body: body}}
		if change != nil {
			change(&c)
		}
		return c
	}
	usual := func(change func(c *Config)) Config { return publishing(`{"n":{n}}`, change) }
	tests := []struct {
		config Config
		want   string
	}{
		{usual(func(c *Config) { c.Publish.URL = "" }), "need --publish-url"},
		{usual(func(c *Config) { c.Servers, c.URLs = c.URLs, nil }), "--publish-url needs --url"},
		{usual(func(c *Config) { c.Publish.Rate = -1 }), "--publish-rate -1: want"},
		{usual(func(c *Config) { c.Publish.Rate = 10_001 }), "--publish-rate 10001: want publications per second, 10000 at most"},
		{usual(func(c *Config) { c.Interval = time.Second }), "--interval and --anchor do not go with --publish-url"},
		{usual(func(c *Config) { c.FirstEvent = true }), "--interval and --anchor do not go with --publish-url"},
		{usual(func(c *Config) { c.Numbering = track.Unnumbered }), "--sequence none"},
		{usual(func(c *Config) { c.Publish.URL = "ftp://x/" }), "the scheme must be http or https"},
		{usual(func(c *Config) { c.Publish.URL = "http://x/{m}" }), "--publish-url: unknown placeholder {m}, want one of {n}, {uuid}"},
		{usual(func(c *Config) { c.Publish.Header = http.Header{"A": {"{uid}"}} }), "--publish-header: unknown placeholder {uid}; did you mean {uuid}?"},
		{usual(func(c *Config) { c.Publish.Header = http.Header{"Content-Length": {"3"}} }), "--publish-header Content-Length: it follows"},
		{publishing("", nil), "--publish-url needs --publish-body"},
		{publishing(`{"n":1}`, nil), "no {n} in it"},
		{publishing("hello {n}", nil), "say with --sequence where the number is"},
		{publishing("{{n}}", nil), "no {n} in it"},
	}
	for _, tt := range tests {
		_, err := Run(t.Context(), tt.config, Watch{})
		if !errors.Is(err, ErrConfig) || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%+v: got error %v, want one line with %q", tt.config, err, tt.want)
		}
	}
}

// The number is looked for where the body says that it is, unless told
// otherwise; and the body's form tells its type.
func TestWhatABodySays(t *testing.T) {
	tests := []struct{ body, path, contentType string }{
		{"{n}", "data", "application/json"},
		{`{"n":{n}}`, "data.n", "application/json"},
		{`{"n":"{n}"}`, "data.n", "application/json"},
		{`{"id":"{uuid}","of":[{"text":"no {n}"},{"n":{n}}]}`, "data.of.1.n", "application/json"},
		{`{"text":"no {n}"}`, "", "application/json"},
		{`{"a.b":{n}}`, "", "application/json"},
		{"topic=x&data={n}", "data", "application/x-www-form-urlencoded"},
		{`topic=http://x/y&data={"n":{n}}`, "data.n", "application/x-www-form-urlencoded"},
		{"topic=x&data=%7B%22n%22%3A{n}%7D", "data.n", "application/x-www-form-urlencoded"},
		{"topic=x&n={n}", "", "application/x-www-form-urlencoded"},
		{"the {n}th = more", "", "text/plain; charset=utf-8"},
		{"a\n{n}", "", "text/plain; charset=utf-8"},
	}
	for _, tt := range tests {
		if got := numberOf(tt.body).String(); got != tt.path {
			t.Errorf("%s: the number is at %q, want %q", tt.body, got, tt.path)
		}
		if got := contentType(exampleBody(tt.body)); got != tt.contentType {
			t.Errorf("%s: the type is %q, want %q", tt.body, got, tt.contentType)
		}
	}
}

// Publications are a schedule: lateness is known without --interval.
func TestDefaultsOfPublishing(t *testing.T) {
	late := []threshold.Threshold{mustParse(t, "lateness.p99<50ms")}
	c := Config{
		URLs: []string{"h/sub"}, Thresholds: late,
		Publish: Publish{URL: "h/pub", Body: `{"n":{n}}`, Header: http.Header{"A": {"b"}}},
	}.withDefaults()
	if err := c.check(); err != nil {
		t.Error(err)
	}
	if c.Publish.Rate != 10 || c.Interval != 100*time.Millisecond || c.Publish.URL != "http://h/pub" || c.NumberAt.String() != "data.n" {
		t.Errorf("got %+v", c)
	}
	var back Config
	text, err := json.Marshal(c)
	if err == nil {
		err = json.Unmarshal(text, &back)
	}
	if err != nil || !reflect.DeepEqual(back.Publish, c.Publish) || back.NumberAt.String() != "data.n" || back.Numbering != track.ByPath {
		t.Errorf("%v: a worker gets %+v", err, back)
	}
}

// No publication is one too many: at 3 a second there are 30 in 10 s.
func TestHowManyPublications(t *testing.T) {
	for rate, want := range map[float64]int64{1: 10, 3: 30, 7: 70, 20: 200, 0.3: 3, 0.01: 1, 1e-300: 1, 999: 9990} {
		c := Config{URLs: []string{"h"}, Publish: Publish{URL: "h", Body: "{n}", Rate: rate}}.withDefaults()
		if got := c.publications().Count; got != want {
			t.Errorf("%v a second: %d in 10 s, want %d", rate, got, want)
		}
	}
}
