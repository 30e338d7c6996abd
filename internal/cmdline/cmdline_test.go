package cmdline_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"

	"sseserver/internal/cmdline"
)

// taken is what a program was told, in order, as "name=text".
type taken []string

// program has a flag of each sort: with a value, without one, and one that
// refuses all.
func (t *taken) program() cmdline.Program {
	take := func(name string) func(string) error {
		return func(text string) error { *t = append(*t, name+"="+text); return nil }
	}
	return cmdline.Program{
		Name: "prog", Version: "v1, today", Intro: "prog - a program\n", Outro: "EXAMPLES:\n   prog\n",
		Groups: []cmdline.Group{
			{Title: "TIMES", Flags: []cmdline.Flag{
				{Name: "interval", Short: "i", Kind: "duration", Usage: "between two", Default: "50ms", Variable: "PROG_INTERVAL", Set: take("interval")},
			}},
			{Title: "OTHER", Flags: []cmdline.Flag{
				{Name: "once", Usage: "and no more", Set: take("once")},
				{Name: "bad", Kind: "nothing", Usage: "refuses", Set: func(text string) error { return errors.New("must not be " + text) }},
			}},
		},
	}
}

func TestParse(t *testing.T) {
	tests := []struct {
		args      string
		set       []string
		arguments []string
	}{
		{"", nil, nil},
		{"a b", nil, []string{"a", "b"}},
		{"--interval 5ms", []string{"interval=5ms"}, nil},
		{"--interval=5ms", []string{"interval=5ms"}, nil},
		{"-interval 5ms", []string{"interval=5ms"}, nil},
		{"-interval=5ms", []string{"interval=5ms"}, nil},
		{"-i 5ms -i=6ms", []string{"interval=5ms", "interval=6ms"}, nil},
		{"--i 5ms", []string{"interval=5ms"}, nil},
		{"--interval=", []string{"interval="}, nil},
		{"--interval=a=b", []string{"interval=a=b"}, nil},
		{"--interval -5ms", []string{"interval=-5ms"}, nil},
		{"--interval -- a", []string{"interval=--"}, []string{"a"}},
		{"--once", []string{"once=true"}, nil},
		{"--once a", []string{"once=true"}, []string{"a"}},
		{"--once=no", []string{"once=no"}, nil},
		{"--once a --interval 5ms b -i 6ms", []string{"once=true", "interval=5ms", "interval=6ms"}, []string{"a", "b"}},
		{"--once -- --interval a --", []string{"once=true"}, []string{"--interval", "a", "--"}},
		{"- a", nil, []string{"-", "a"}},
	}
	for _, test := range tests {
		var set taken
		var stdout bytes.Buffer
		arguments, err := set.program().Parse(strings.Fields(test.args), &stdout)
		if err != nil || !slices.Equal(set, test.set) || !slices.Equal(arguments, test.arguments) || stdout.Len() > 0 {
			t.Errorf("%q\n got %q, arguments %q, error %v, stdout %q\nwant %q, arguments %q", test.args, set, arguments, err, &stdout, test.set, test.arguments)
		}
	}
	var set taken
	if arguments, err := set.program().Parse([]string{"", "--once"}, io.Discard); err != nil || !slices.Equal(arguments, []string{""}) {
		t.Errorf("an empty argument: got %q, %v", arguments, err)
	}
}

func TestParseRefuses(t *testing.T) {
	tests := []struct{ args, flag, want string }{
		{"--bad luck", "--bad", "must not be luck"},
		{"-bad=luck", "--bad", "must not be luck"},
		{"--interval", "--interval", "needs a value; prog --help lists what there is"},
		{"-i", "-i", "needs a value; prog --help lists what there is"},
		{"--intervall 5ms", "--intervall", "unknown flag; did you mean --interval?"},
		{"--intervall=5ms", "--intervall", "unknown flag; did you mean --interval?"},
		{"-intreval", "--intreval", "unknown flag; did you mean --interval?"},
		{"-i5", "--i5", "unknown flag; did you mean -i?"},
		{"--one", "--one", "unknown flag; did you mean --once?"},
		{"--hepl", "--hepl", "unknown flag; did you mean --help?"},
		{"--verbose", "--verbose", "unknown flag; prog --help lists what there is"},
		{"--interrupted", "--interrupted", "unknown flag; prog --help lists what there is"},
		{"-x", "-x", "unknown flag; prog --help lists what there is"},
		{"---once", "---once", "unknown flag; did you mean --once?"},
		{"--=x", "--", "unknown flag; prog --help lists what there is"},
		{"a --frob --once", "--frob", "unknown flag; prog --help lists what there is"},
	}
	for _, test := range tests {
		var set taken
		var stdout bytes.Buffer
		arguments, err := set.program().Parse(strings.Fields(test.args), &stdout)
		wrong, ok := errors.AsType[*cmdline.Error](err)
		if !ok || wrong.Flag != test.flag || wrong.Err.Error() != test.want || arguments != nil || set != nil || stdout.Len() > 0 {
			t.Errorf("%q\n got %v, set %q, arguments %q, stdout %q\nwant %s: %s", test.args, err, set, arguments, &stdout, test.flag, test.want)
		}
	}
}

// What --help and --version ask for is answered, whatever follows.
func TestAnswers(t *testing.T) {
	for _, flag := range []string{"--help", "-h", "-help", "--version", "-v"} {
		var set taken
		var stdout bytes.Buffer
		_, err := set.program().Parse([]string{"a", flag, "--frob"}, &stdout)
		want := "prog - a program\n"
		if strings.Contains(flag, "v") {
			want = "prog version v1, today\n"
		}
		if !errors.Is(err, cmdline.ErrAnswered) || !strings.HasPrefix(stdout.String(), want) {
			t.Errorf("%s: error %v, stdout %q", flag, err, &stdout)
		}
	}
}

// A meaning that is longer than a line goes on below itself.
func TestLongMeanings(t *testing.T) {
	var stdout bytes.Buffer
	long := strings.Repeat("several words ", 20) + strings.Repeat("x", 200)
	program := cmdline.Program{Groups: []cmdline.Group{{Title: "OPTIONS", Flags: []cmdline.Flag{
		{Name: "short", Usage: "brief", Default: "1"},
		{Name: "interval", Kind: "duration", Usage: long, Variable: "PROG_INTERVAL"},
	}}}}
	_, _ = program.Parse([]string{"--help"}, &stdout)
	_, flags, _ := strings.Cut(stdout.String(), "--interval duration")
	flags, _, _ = strings.Cut(flags, "\n\n")
	lines := strings.Split(flags, "\n")
	if !slices.Equal(strings.Fields(flags), strings.Fields(long+" [$PROG_INTERVAL]")) {
		t.Errorf("words are missing:\n%s", &stdout)
	}
	indent := strings.Repeat(" ", len("   --interval duration  "))
	for i, line := range lines[1:] {
		text, found := strings.CutPrefix(line, indent)
		if !found || text == "" || text[0] == ' ' || len(line) > 110 && !strings.HasPrefix(text, "xxx") {
			t.Errorf("line %d is %q", i+1, line)
		}
	}
	if len(lines) < 4 {
		t.Errorf("%d lines, want more:\n%s", len(lines), &stdout)
	}
}

func ExampleProgram_Parse() {
	var interval string
	program := cmdline.Program{
		Name: "prog", Version: "v1", Intro: "prog - does something\n\nUSAGE:\n   prog [options] FILE\n", Outro: "EXAMPLES:\n   prog a.txt\n",
		Groups: []cmdline.Group{{Title: "OPTIONS", Flags: []cmdline.Flag{
			{Name: "interval", Short: "i", Kind: "duration", Usage: "time between two", Default: "50ms", Variable: "PROG_INTERVAL", Set: func(text string) error { interval = text; return nil }},
			{Name: "once", Usage: "and no more", Set: func(string) error { return nil }},
		}}},
	}
	arguments, err := program.Parse([]string{"a.txt", "--interval", "5ms"}, os.Stdout)
	fmt.Println(arguments, interval, err)
	_, err = program.Parse([]string{"--intervall=5ms"}, os.Stdout)
	fmt.Println(err)
	_, _ = program.Parse([]string{"--help"}, os.Stdout)
	// Output:
	// [a.txt] 5ms <nil>
	// --intervall: unknown flag; did you mean --interval?
	// prog - does something
	//
	// USAGE:
	//    prog [options] FILE
	//
	// OPTIONS:
	//    --interval duration, -i  time between two (default: 50ms) [$PROG_INTERVAL]
	//    --once                   and no more
	//
	// HELP:
	//    --help, -h     show this help
	//    --version, -v  print the version
	//
	// EXAMPLES:
	//    prog a.txt
}
