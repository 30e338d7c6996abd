package terminal

import "testing"

func TestPlain(t *testing.T) {
	const text = "a \x1b[31mred\n\u202e \u009b \x7f é 👩"
	if got, want := Plain(text), `a \x1b[31mred`+"\n"+`\u202e \u009b \x7f é 👩`; got != want {
		t.Errorf("Plain: got %q, want %q", got, want)
	}
	if got, want := Line(text), `a \x1b[31mred\n\u202e \u009b \x7f é 👩`; got != want {
		t.Errorf("Line: got %q, want %q", got, want)
	}
}
