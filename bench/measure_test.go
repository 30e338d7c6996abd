package main

import (
	"testing"

	"sseserver/bench/internal/field"
)

func TestTurnsGoBackAndForth(t *testing.T) {
	servers := []field.Entry{{Name: "a"}, {Name: "b"}, {Name: "c"}}
	for round, want := range []string{1: "a b c", 2: "c b a", 3: "a b c"} {
		if got := names(inTurn(servers, round)); round > 0 && got != want {
			t.Errorf("round %d: got %s, want %s", round, got, want)
		}
	}
}
