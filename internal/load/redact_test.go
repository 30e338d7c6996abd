package load

import (
	"strings"
	"testing"
)

func TestRedacted(t *testing.T) {
	for address, want := range map[string]string{
		"":                                 "",
		"http://host:80/a:b@c":             "http://host:80/a:b@c",
		"http://host/?a=b:c@d":             "http://host/?a=b:c@d",
		"http://user@host/":                "http://user@host/",
		"http://user:s3cret@host/{client}": "http://user:xxxxx@host/{client}",
		"user:s3@cr:et@host":               "user:xxxxx@host",
		"http://:s3cret@[::1]:80":          "http://:xxxxx@[::1]:80",
		"http://{name}:s3cret@{host}/{n}":  "http://{name}:xxxxx@{host}/{n}",
		"http://{name}:{password}@host/":   "http://{name}:{password}@host/",
		"http://u:s3{n}cret@host/":         "http://u:xxxxx@host/",
	} {
		if got := Redacted(address); got != want {
			t.Errorf("%s: got %s, want %s", address, got, want)
		}
	}
}

// No error about an address shows its password, not even if that makes the
// address invalid.
func TestNoErrorShowsAPassword(t *testing.T) {
	for _, c := range []Config{
		{URLs: []string{"http://u:s3cret@127.0.0.1:1/"}},
		{Servers: []string{"http://u:s3cret@127.0.0.1:1/"}},
		{URLs: []string{"ftp://u:s3cret@127.0.0.1:1/"}},
		{URLs: []string{"http://u:s3cret@"}},
		{URLs: []string{"http://u:s3cret@h/{x}"}},
		{URLs: []string{"http://u:s3/s3cret@h/"}},
		{URLs: []string{"http://u:s3cret@h:x/"}},
		{URLs: []string{"http://u:s3cret s3cret@h/"}},
		{URLs: []string{"http://u:s3cret%zz@h/"}},
		{URLs: []string{"http://127.0.0.1:1/"}, Publish: Publish{URL: "ftp://u:s3cret@h/", Body: "{n}"}},
	} {
		_, err := Run(t.Context(), c, Watch{})
		if err == nil || strings.Contains(err.Error(), "s3") {
			t.Errorf("%+v: got error %v", c, err)
		}
	}
}
