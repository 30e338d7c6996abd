package httpapi

import (
	"net/http"
	"net/url"
	"testing"
)

func TestEscapePercent(t *testing.T) {
	for query, want := range map[string]string{
		"":                            "",
		"fault=drop:5%":               "fault=drop:5%25",
		"fault=drop:5%,cut@1&seed=1":  "fault=drop:5%25,cut@1&seed=1",
		"fault=drop:5%25,stall:1s:2%": "fault=drop:5%25,stall:1s:2%25",
		"fault=cut%4012&interval=%zz": "fault=cut%4012&interval=%zz",
		"fault=%&fault=%a&fault=%aG":  "fault=%25&fault=%25a&fault=%25aG",
	} {
		if got := escapePercent(query); got != want {
			t.Errorf("%q becomes %q, want %q", query, got, want)
		}
	}
}

// TestParameters has what the query says before what the header says.
func TestParameters(t *testing.T) {
	for _, test := range []struct{ query, header, want string }{
		{"", "", ""},
		{"interval=1s", "", "interval=1s"},
		{"", "interval=20ms&unit=word&fault=stall:2s@5,drop:5%&seed=1", "interval=20ms&unit=word&fault=stall:2s@5,drop:5%25&seed=1"},
		{"unit=character&fault=", "interval=20ms&unit=word&fault=cut@3&seed=1", "interval=20ms&unit=character&fault=&seed=1"},
	} {
		request := &http.Request{URL: &url.URL{RawQuery: test.query}, Header: http.Header{planHeader: {test.header}}}
		values, err := parameters(request)
		want, _ := url.ParseQuery(test.want)
		if err != nil || values.Encode() != want.Encode() {
			t.Errorf("query %q, header %q\n got %v, %v\nwant %v", test.query, test.header, values, err, want)
		}
	}
	twice := &http.Request{URL: &url.URL{}, Header: http.Header{planHeader: {"interval=20ms", "fault=drop:5%"}}}
	if values, err := parameters(twice); err != nil || values.Get("interval") != "20ms" || values.Get("fault") != "drop:5%" {
		t.Errorf("two fields are %v, %v", values, err)
	}
	for _, request := range []*http.Request{
		{URL: &url.URL{RawQuery: "interval=%zz"}},
		{URL: &url.URL{}, Header: http.Header{planHeader: {"fault=cut@1;seed=1"}}},
	} {
		if values, err := parameters(request); err == nil {
			t.Errorf("%q, %v: %v, want an error", request.URL.RawQuery, request.Header, values)
		}
	}
}
