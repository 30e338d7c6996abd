package story

import (
	"fmt"
	"testing"
)

func TestTexts(t *testing.T) {
	known := make(texts)
	for i := range 3 * mostTexts {
		text := fmt.Sprint("10.0.0.", i)
		if got := known.keep([]byte(text)); got != text || len(known) > mostTexts {
			t.Fatalf("%q is kept as %q, beside %d others", text, got, len(known))
		}
	}
	if n := testing.AllocsPerRun(10, func() { known.keep([]byte("10.0.0.1")) }); n > 0 {
		t.Errorf("a text that is known takes %v allocations", n)
	}
}
