package verify

import "testing"

// What comes first goes first, however many are there in between.
func TestQueue(t *testing.T) {
	var q queue[int]
	pushed, popped := 0, 0
	for _, rest := range []int{10, 60, 3, 70, 1, 300, 0, 5, 0} { // that are left after each turn
		for range 50 {
			q.push(pushed)
			pushed++
		}
		for pushed-popped < rest {
			q.push(pushed)
			pushed++
		}
		for pushed-popped > rest {
			if first := *q.first(); first != popped {
				t.Fatalf("the first is %d, want %d", first, popped)
			}
			q.pop()
			popped++
		}
	}
	if q.first() != nil || len(q.ring) != 512 {
		t.Errorf("%v is left, in room for %d", q.first(), len(q.ring))
	}
}
