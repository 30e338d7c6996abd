package httpapi

import "testing"

// TestParsers has more bodies in work if what is made of them waits for a store.
func TestParsers(t *testing.T) {
	alone, err := New(Config{})
	if err != nil {
		t.Fatal(err)
	}
	shared, err := New(Config{StoreAvailable: func() bool { return true }})
	if err != nil {
		t.Fatal(err)
	}
	if few, many := cap(alone.parsing), cap(shared.parsing); few < 1 || many != 8*few {
		t.Errorf("%d bodies in work, and %d with a store", few, many)
	}
}
