package track

import "testing"

func TestPathFindsItsValue(t *testing.T) {
	tests := []struct{ path, data, want string }{
		{"data.sent_at", `{"sent_at":1764115200123}`, "1764115200123"},
		{"data.sent_at", `{"received_at":1}`, ""},
		{"data.choices.0.delta.content", `{"choices":[{"delta":{"content":"Hi \"you\""}}]}`, `"Hi \"you\""`},
		{"data.choices.1.delta.content", `{"choices":[{"delta":{"content":"Hi"}}]}`, ""},
		{"data.a*b", `{"aXb":1,"a*b":2}`, "2"},
		{"data.@this", `{"x":1}`, ""},
		{"data.list.#", `{"list":[1,2]}`, ""},
		{"data", `17`, "17"},
		{"data", ` 17`, "17"},
		{"data.n", `[DONE]`, ""},
		{"data.n", ``, ""},
	}
	for _, tt := range tests {
		path, err := ParsePath(tt.path)
		if err != nil {
			t.Fatalf("%s: %v", tt.path, err)
		}
		if got := path.In([]byte(tt.data)).Raw; got != tt.want {
			t.Errorf("%s in %s: got %s, want %s", tt.path, tt.data, got, tt.want)
		}
	}
}

func TestParsePathRefuses(t *testing.T) {
	for _, text := range []string{"", "sent_at", "data.", "data..x", "data.x.", "dataset.x"} {
		if got, err := ParsePath(text); err == nil {
			t.Errorf("%q: got %v, want an error", text, got)
		}
	}
}

func TestPathAsText(t *testing.T) {
	for _, text := range []string{"data", "data.a*b.c"} {
		var path Path
		if err := path.UnmarshalText([]byte(text)); err != nil {
			t.Fatal(err)
		}
		if back, _ := path.MarshalText(); string(back) != text || path.IsZero() {
			t.Errorf("%s: came back as %s", text, back)
		}
	}
	var none Path
	if err := none.UnmarshalText(nil); err != nil || !none.IsZero() {
		t.Errorf("no path: %v, %v", none, err)
	}
}

// Paths are looked for in every event.
func TestPathCostsNothing(t *testing.T) {
	path, err := ParsePath("data.choices.0.delta.content")
	if err != nil {
		t.Fatal(err)
	}
	data := []byte(`{"id":"x","choices":[{"index":0,"delta":{"content":" token"}}]}`)
	if n := testing.AllocsPerRun(100, func() { path.In(data) }); n > 0 {
		t.Errorf("%v allocations, want none", n)
	}
}

func TestPaths(t *testing.T) {
	for data, want := range map[string]string{
		`{"id":1,"meta":{"sent":2,"to":["a","b"]},"none":null}`:         "data.id, data.meta.sent, data.meta.to.0, data.meta.to.1, data.none",
		`{"a":1,"b":1,"c":1,"d":1,"e":1,"f":1,"g":1,"h":1,"i":1,"j":1}`: "data.a, data.b, data.c, data.d, data.e, data.f, data.g, data.h, …",
		`17`: "no JSON object", `[DONE]`: "no JSON object", `{}`: "no JSON object", ``: "no JSON object",
	} {
		if got := Paths([]byte(data)); got != want {
			t.Errorf("%s: got %s, want %s", data, got, want)
		}
	}
}
