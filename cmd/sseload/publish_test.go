package main

import (
	"io"
	"net/http"
	"reflect"
	"testing"

	"sseserver/internal/load"
)

func TestPublishFlags(t *testing.T) {
	got, err := parse([]string{
		"--url", "a", "--publish-url", "http://h/{n}", "--publish-body", `{"n":{n}}`, "--publish-rate", "2.5",
		"--publish-header", "Authorization: Bearer x", "--publish-header=a: b",
	}, io.Discard)
	want := load.Publish{
		URL: "http://h/{n}", Body: `{"n":{n}}`, Rate: 2.5, Header: http.Header{"Authorization": {"Bearer x"}, "A": {"b"}},
	}
	if err != nil || !reflect.DeepEqual(got.config.Publish, want) {
		t.Errorf("error %v\n got %+v\nwant %+v", err, got.config.Publish, want)
	}
}

func TestBadPublishFlags(t *testing.T) {
	for _, tt := range []struct {
		args []string
		want string
	}{
		{[]string{"--url", "http://a", "--publish-body", "{n}"}, "need --publish-url"},
		{[]string{"--url", "http://a", "--publish-url", "http://a", "--publish-rate", "0"}, `--publish-rate: want a number, more than 0, got "0"`},
		{[]string{"--url", "http://a", "--publish-url", "http://a", "--publish-body", "{N}"}, "--publish-body: unknown placeholder {N}, want one of {n}, {uuid}"},
		{[]string{"--url", "http://a", "--publis-url", "http://a"}, "--publis-url: unknown flag; did you mean --publish-url?"},
	} {
		wantConfigError(t, tt.want, tt.args...)
	}
}
