package terminal

import (
	"testing"
	"time"
)

func TestWrap(t *testing.T) {
	tests := []struct {
		width, indent int
		text, want    string
	}{
		{0, 4, "no width,  no\nbreaks", "no width, no breaks"},
		{30, 4, "twenty-six characters long, and more", "twenty-six characters\n    long, and more"},
		{30, 5, "exactly twenty-five chars", "exactly twenty-five chars"},
		{29, 5, "exactly twenty-five chars", "exactly twenty-five\n     chars"},
		{30, 8, "a word of 0123456789012345678901234567890123456789 digits", "a word of\n        0123456789012345678901234567890123456789\n        digits"},
		{10, 8, "never narrower than twenty", "never narrower than\n        twenty"},
		{26, 4, "äöüäöüäöüä äöüäöüäöüäö", "äöüäöüäöüä äöüäöüäöüäö"},
		{26, 4, "", ""},
		{0, 0, "\x1b[31mred \u202e \u009b \x7f é 👩", `\x1b[31mred \u202e \u009b \x7f é 👩`},
	}
	for _, test := range tests {
		if got := (Style{Width: test.width}).Wrap(test.text, test.indent); got != test.want {
			t.Errorf("width %d, indent %d, %q\n got %q\nwant %q", test.width, test.indent, test.text, got, test.want)
		}
	}
}

func TestTimes(t *testing.T) {
	at := time.Date(2026, 11, 26, 23, 30, 0, 5e6, time.UTC)
	tests := []struct {
		zone       *time.Location
		clock, day string
	}{
		{nil, "23:30:00.005", "Thursday, 26 November 2026, times in UTC"},
		{time.UTC, "23:30:00.005", "Thursday, 26 November 2026, times in UTC"},
		{time.FixedZone("CET", 3600), "00:30:00.005", "Friday, 27 November 2026, times in CET (UTC+01:00)"},
		{time.FixedZone("-03", -3*3600), "20:30:00.005", "Thursday, 26 November 2026, times in UTC-03:00"},
	}
	for _, test := range tests {
		s := Style{Zone: test.zone}
		if clock, day := s.Clock(at), s.Day(at); clock != test.clock || day != test.day {
			t.Errorf("%v\n got %q, %q\nwant %q, %q", test.zone, clock, day, test.clock, test.day)
		}
		if !s.SameDay(at, at.Add(29*time.Minute)) || s.SameDay(at, at.Add(24*time.Hour)) {
			t.Errorf("%v: it cannot tell days apart", test.zone)
		}
	}
}

func TestPaint(t *testing.T) {
	if got := (Style{}).Paint(Red, "a"); got != "a" {
		t.Errorf("without color: %q", got)
	}
	if got := (Style{Color: true}).Paint(Red, "a"); got != "\x1b[31ma\x1b[0m" {
		t.Errorf("with color: %q", got)
	}
}
