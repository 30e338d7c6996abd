package load

import "testing"

func TestRedacted(t *testing.T) {
	for text, want := range map[string]string{
		"http://me:secret@host:80/a:b@c": "http://me:xxxxx@host:80/a:b@c",
		"http://{name}:{word}@host/{n}":  "http://{name}:xxxxx@host/{n}",
		"http://:secret@a https://b:1/":  "http://:xxxxx@a https://b:1/",
		"http://me@host/x":               "http://me@host/x",
		"http://host:80/x?y=a:b@c":       "http://host:80/x?y=a:b@c",
	} {
		if got := Redacted(text); got != want {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
	}
}
