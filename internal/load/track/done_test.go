package track

import "testing"

func TestDoneText(t *testing.T) {
	for text, want := range map[string]Done{
		"": "", "close": DoneClose, "data:[DONE]": "data:[DONE]", "data: [DONE]": "data:[DONE]", "event: end": "event:end", "data:a: b": "data:a: b",
	} {
		var got Done
		if err := got.UnmarshalText([]byte(text)); err != nil || got != want {
			t.Errorf("%q: got %q, %v; want %q", text, got, err, want)
		}
	}
	for _, text := range []string{"closed", "data:", "event: ", "id:7", "[DONE]"} {
		if err := new(Done).UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q was accepted", text)
		}
	}
}
