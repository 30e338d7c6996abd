package load

import (
	"slices"
	"testing"
)

func TestLimitSearch(t *testing.T) {
	under := func(limit int) func(load, run int) Holding {
		return func(load, _ int) Holding {
			if load <= limit {
				return Holds
			}
			return Fails
		}
	}
	tests := []struct {
		name                   string
		first                  int
		server                 func(load, run int) Holding
		loads                  []int
		held, fails, generator int
	}{
		{"small steps", 10, under(40), []int{10, 20, 40, 80, 80, 60, 60, 50, 50, 45, 45, 42, 42}, 40, 42, 0},
		{"coarse steps", 100, under(230), []int{100, 200, 400, 400, 300, 300, 250, 250, 225, 237, 237, 231, 231}, 225, 231, 0},
		{"large", 1000, under(3456), []int{1000, 2000, 4000, 4000, 3000, 3500, 3500, 3250, 3375}, 3375, 3500, 0},
		{"not even the first", 100, under(99), []int{100, 100}, 0, 100, 0},
		{"one client", 1, under(1), []int{1, 2, 2}, 1, 2, 0},
		{"a bad moment", 100, func(load, run int) Holding {
			if run == 0 || load > 100 {
				return Fails
			}
			return Holds
		}, []int{100, 100, 200, 200, 150, 150, 125, 125, 112, 112, 106, 106}, 100, 106, 0},
		{"the generator", 100, func(load, _ int) Holding {
			if load > 300 {
				return Unfit
			}
			return Holds
		}, []int{100, 200, 400, 400}, 200, 0, 400},
		{"beyond the limit of files", 100, func(load, _ int) Holding {
			if load > 100 {
				return Beyond
			}
			return Holds
		}, []int{100, 200}, 100, 0, 200},
		{"the generator at once", 100, func(int, int) Holding { return Unfit }, []int{100, 100}, 0, 0, 100},
		{"a generator with a bad moment", 100, func(load, run int) Holding {
			if run == 0 {
				return Unfit
			}
			return under(199)(load, run)
		}, []int{100, 100, 200, 200, 150, 175, 187, 193}, 193, 200, 0},
	}
	for _, tt := range tests {
		s := NewLimitSearch(tt.first)
		var loads []int
		for load := s.Next(); load > 0 && len(loads) < 50; load = s.Next() {
			s.Tell(tt.server(load, len(loads)))
			loads = append(loads, load)
		}
		held, fails, generator := s.Found()
		if !slices.Equal(loads, tt.loads) || held != tt.held || fails != tt.fails || generator != tt.generator {
			t.Errorf("%s: loads %v, found %d, %d, %d; want %v, %d, %d, %d", tt.name, loads, held, fails, generator,
				tt.loads, tt.held, tt.fails, tt.generator)
		}
	}
}

func TestAtLoad(t *testing.T) {
	c := Config{Clients: 100, Reconnect: 20, Stall: 5}.AtLoad(250)
	if c.Clients != 250 || c.Reconnect != 50 || c.Stall != 13 || c.Ramp != 250 {
		t.Errorf("got %+v", c)
	}
	if c := (Config{Clients: 100}).AtLoad(40_000); c.Ramp != 4000 {
		t.Errorf("40000 clients at %v per second, want 4000", c.Ramp)
	}
	if c := (Config{Clients: 100, Ramp: 7}).AtLoad(40_000); c.Ramp != 7 {
		t.Errorf("a ramp of %v, want the 7 that were asked for", c.Ramp)
	}
	if first := (Config{}).FirstLoad(); first != DefaultClients {
		t.Errorf("begins with %d, want %d", first, DefaultClients)
	}
	c = Config{Arrivals: 2.5, Stall: 5}
	if first := c.FirstLoad(); first != 3 {
		t.Errorf("begins with %d, want 3", first)
	}
	if c = c.AtLoad(5); c.Arrivals != 5 || c.Stall != 10 || c.Clients != 0 || c.Ramp != 0 {
		t.Errorf("got %+v", c)
	}
}
