package track

import (
	"reflect"
	"testing"
)

func TestFieldsOfOurEvents(t *testing.T) {
	tests := []struct {
		name, data string
		want       Fields
	}{
		{"a chunk", `{"messageId":"5b0e","chunk":"H","position":0,"total":5}`, Fields{
			MessageID: []byte("5b0e"), Chunk: []byte("H"), Total: 5, has: hasChunk | hasPosition | hasTotal,
		}},
		{"a chunk of a live message", `{"messageId":"5b0e","chunk":"H","position":3,"total":null}`, Fields{
			MessageID: []byte("5b0e"), Chunk: []byte("H"), Position: 3, has: hasChunk | hasPosition,
		}},
		{"an escaped chunk", `{"messageId":"5b0e","chunk":"\n\"é","position":3,"total":5}`, Fields{
			MessageID: []byte("5b0e"), Chunk: []byte("\n\"é"), Position: 3, Total: 5, has: hasChunk | hasPosition | hasTotal,
		}},
		{"progress", `{"messageId":"5b0e","completed":true,"chunk":"Processing chunk 100%","total":100}`, Fields{
			MessageID: []byte("5b0e"), Chunk: []byte("Processing chunk 100%"), Total: 100, Completed: true,
			has: hasChunk | hasTotal | hasCompleted,
		}},
		{"done", `{"messageId":"5b0e","total":5,"sha256":"ab"}`, Fields{
			MessageID: []byte("5b0e"), Total: 5, SHA256: []byte("ab"), has: hasTotal,
		}},
		{"resumed", `{"messageId":"5b0e","from":7,"resumed":true}`, Fields{
			MessageID: []byte("5b0e"), From: 7, Resumed: true, has: hasFrom,
		}},
		{"other people's", `{ "text": "hi", "position": 4, "nested": {"total": 9} }`, Fields{
			Position: 4, has: hasPosition,
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got Fields
			if err := got.Parse([]byte(tt.data)); err != nil || !reflect.DeepEqual(got, tt.want) {
				t.Errorf("%s\ngot  %+v, %v\nwant %+v", tt.data, got, err, tt.want)
			}
		})
	}
}

func TestFieldsRefuse(t *testing.T) {
	for _, data := range []string{
		"", "[]", "null", "7", `"x"`, "{", `{"position":"1"}`, `{"position":1.5}`,
		`{"position":01}`, `{"position":1}{}`, `{"chunk":7}`, `{"position":99999999999999999999}`, "{\"chunk\":\"\n\"}",
	} {
		var f Fields
		if err := f.Parse([]byte(data)); err == nil {
			t.Errorf("%q: got %+v, want an error", data, f)
		}
	}
}

func TestFieldsAllocateNothing(t *testing.T) {
	data := []byte(`{"messageId":"5b0e37c1-9f4e-4f0a-8d0c-1a2b3c4d5e6f","chunk":"H","position":12,"total":500}`)
	var f Fields
	if allocs := testing.AllocsPerRun(100, func() { _ = f.Parse(data) }); allocs != 0 {
		t.Errorf("%v allocations for one event, want 0", allocs)
	}
}

// Whatever the short way accepts, the long way reads the same.
func FuzzFields(f *testing.F) {
	f.Add([]byte(`{"messageId":"5b0e","chunk":"H","position":0,"total":5}`))
	f.Add([]byte(`{"messageId":"5b0e","completed":false,"chunk":"","from":7,"resumed":true,"sha256":""}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var short, long Fields
		if !short.scan(data) {
			return
		}
		if err := long.decode(data); err != nil {
			t.Fatalf("%q: the short way accepts it, the long way says %v", data, err)
		}
		if !same(short, long) {
			t.Fatalf("%q:\nshort %+v\nlong  %+v", data, short, long)
		}
	})
}

func same(a, b Fields) bool {
	return string(a.MessageID) == string(b.MessageID) && string(a.Chunk) == string(b.Chunk) &&
		string(a.SHA256) == string(b.SHA256) && a.Position == b.Position && a.Total == b.Total && a.From == b.From &&
		a.Completed == b.Completed && a.Resumed == b.Resumed && a.has == b.has
}
