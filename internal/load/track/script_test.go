package track

import "testing"

func TestScript(t *testing.T) {
	s := NewScript("hé👨‍👩‍👧\r\n!")
	want := []string{"h", "é", "👨‍👩‍👧", "\r\n", "!"}
	if s.Total() != int64(len(want)) {
		t.Fatalf("total %d, want %d", s.Total(), len(want))
	}
	for pos, text := range want {
		if got := s.Chunk(int64(pos)); got != text {
			t.Errorf("chunk %d: got %q, want %q", pos, got, text)
		}
	}
	if got := NewScript("abc").sha256; got != "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" {
		t.Errorf("digest of abc: %s", got)
	}
}
