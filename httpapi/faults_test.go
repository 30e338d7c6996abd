package httpapi_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"testing"

	"sseserver/httpapi/ssetest"
	"sseserver/internal/fault"
)

// What is listed can be asked for: each example is taken.
func TestFaultsListed(t *testing.T) {
	server := ssetest.Start(t, ssetest.Config{})
	got := ask(t, server, ssetest.HTTP1, "GET", "/faults", "")
	if got.StatusCode != http.StatusOK || got.Header.Get("Content-Type") != "application/json" {
		t.Fatalf("%s, %q", got.Status, got.Header.Get("Content-Type"))
	}
	var list struct {
		Faults []struct {
			Name, Form, Value, Example, About string
			At                                bool
		}
	}
	if err := json.Unmarshal([]byte(got.body), &list); err != nil {
		t.Fatal(err)
	}
	id := server.Submit("Hi")
	var names []string
	for _, f := range list.Faults {
		names = append(names, f.Name)
		if f.Form == "" || f.About == "" || f.Name == "stall" && (f.Value == "" || !f.At) {
			t.Errorf("%s is told incompletely: %+v", f.Name, f)
		}
		path := "/stream/" + id + "?interval=1ms&fault=" + f.Example + ",status:599"
		if f.Name == "status" {
			path = "/stream/" + id + "?fault=status:599"
		}
		if got := ask(t, server, ssetest.HTTP1, "GET", path, ""); got.StatusCode != 599 {
			t.Errorf("%s: %s %s", path, got.Status, got.body)
		}
	}
	if !slices.Equal(names, fault.Names()) {
		t.Errorf("listed are %q", names)
	}
}
