package record

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"sseserver/broker"
)

var stamp = broker.Stamp{Version: 18, At: time.UnixMicro(1_790_000_000_500_000)}

// full is a record that has everything, though no change has.
func full() Stored {
	percent := 40
	return Stored{Origin: "abc", Record: broker.Record{
		Stamp:       stamp,
		Before:      17,
		SubmittedAt: time.UnixMicro(1_790_000_000_000_000),
		Live:        true,
		Chunks:      []string{"Hello ", "", "wörld\n"},
		Continues:   true,
		Unfinished:  true,
		Percent:     &percent,
		Activity:    "counting",
		State:       broker.StateFailed,
		Reason:      "out of luck",
		Gone:        broker.RemovedByTTL,
	}}
}

func TestRecordIsWhatItWas(t *testing.T) {
	for name, r := range map[string]Stored{
		"full":  full(),
		"touch": {Origin: "x", Record: broker.Record{Stamp: stamp, SubmittedAt: time.UnixMicro(1)}},
	} {
		data, err := Encode(r)
		if err != nil {
			t.Fatal(err)
		}
		got, err := Decode(stamp, data)
		if err != nil || !reflect.DeepEqual(got, r) {
			t.Errorf("%s: Stored as %q\n got %+v, %v\nwant %+v", name, data, got, err, r)
		}
	}
}

// TestRecordLine keeps what other nodes read, which may be of another version.
func TestRecordLine(t *testing.T) {
	const want = `{"v":1,"o":"abc","b":17,"s":1790000000000000,"l":true,"n":[6,0,7],"c":true,"u":true,` +
		`"p":40,"a":"counting","e":"failed","r":"out of luck","g":"ttl"}` + "\nHello wörld\n"
	got, err := Encode(full())
	if err != nil || string(got) != want {
		t.Errorf("\n got %s, %v\nwant %s", got, err, want)
	}
}

func TestUnreadableRecords(t *testing.T) {
	for _, test := range []struct {
		name, data string
		want       error
	}{
		{"empty", "", errNoLine},
		{"no line", `{"v":1,"o":"a","s":1}`, errNoLine},
		{"no JSON", "hello\nworld", errNoLine},
		{"too little text", `{"v":1,"o":"a","s":1,"n":[3]}` + "\nab", errLength},
		{"too much text", `{"v":1,"o":"a","s":1,"n":[1]}` + "\nab", errLength},
		{"text without chunks", `{"v":1,"o":"a","s":1}` + "\nab", errLength},
		{"negative length", `{"v":1,"o":"a","s":1,"n":[3,-1]}` + "\nab", errLength},
		{"no UTF-8", `{"v":1,"o":"a","s":1,"n":[2]}` + "\na\xff", errUTF8},
		{"cut within a letter", `{"v":1,"o":"a","s":1,"n":[1,1]}` + "\nö", errUTF8},
	} {
		if _, err := Decode(stamp, []byte(test.data)); !errors.Is(err, test.want) || !errors.Is(err, broker.ErrStoreUnavailable) {
			t.Errorf("%s: got %v, want %v and %v", test.name, err, test.want, broker.ErrStoreUnavailable)
		}
	}
	if _, err := Decode(stamp, []byte(`{"v":2,"o":"a","s":1}`+"\n")); !errors.Is(err, broker.ErrStoreUnavailable) || !strings.Contains(err.Error(), "format 2") {
		t.Errorf("format 2: %v", err)
	}
}

// TestRecordRoom keeps the room that an engine has to have for a record.
func TestRecordRoom(t *testing.T) {
	r := full()
	r.Chunks = strings.Split(strings.Repeat("x", 256<<10), "")
	data, err := Encode(r)
	if err != nil || len(data) > Room {
		t.Errorf("a text of letters takes %d bytes, %v; there is room for %d", len(data), err, Room)
	}
}

func FuzzDecode(f *testing.F) {
	data, _ := Encode(full())
	f.Add(data)
	f.Add([]byte("{\"v\":1}\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := Decode(stamp, data)
		if err != nil {
			if !errors.Is(err, broker.ErrStoreUnavailable) {
				t.Errorf("%q: %v", data, err)
			}
			return
		}
		again, err := Encode(r)
		if err != nil {
			t.Fatalf("%q: %v", data, err)
		}
		if same, err := Decode(stamp, again); err != nil || !reflect.DeepEqual(same, r) {
			t.Errorf("%q\n got %+v, %v\nwant %+v", data, same, err, r)
		}
	})
}

func FuzzEncode(f *testing.F) {
	f.Add("Hello", " world", 40, "busy", int64(1_790_000_000_000_000))
	f.Fuzz(func(t *testing.T, one, two string, percent int, activity string, at int64) {
		for _, text := range []string{one, two, activity} {
			if !utf8.ValidString(text) {
				t.Skip() // is refused before it is stored
			}
		}
		r := full()
		r.Chunks, r.Percent, r.Activity, r.SubmittedAt = []string{one, two}, &percent, activity, time.UnixMicro(at)
		data, err := Encode(r)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := Decode(stamp, data); err != nil || !reflect.DeepEqual(got, r) {
			t.Errorf("Stored as %q\n got %+v, %v\nwant %+v", data, got, err, r)
		}
	})
}
