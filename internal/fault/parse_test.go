package fault_test

import (
	"runtime"
	"strings"
	"testing"

	"sseserver/internal/fault"
)

func TestParse(t *testing.T) {
	plans := []string{
		"",
		"cut@0", "cut@12", "cut:5%", "cut@2147483647", "truncate@12", "truncate:0.1%", "end@12", "end:100%",
		"stall:5s@40", "stall:1ms@0", "stall:1h@1", "stall:1m30s@2", "stall:2.5s:5%",
		"first:800ms", "jitter:20ms", "burst:2", "burst:10000",
		"drop@7", "drop:2.5%", "double@7", "double:5%", "swap@7", "swap:5%", "corrupt@7", "corrupt:5%",
		"noid", "nodone", "bom", "eol:crlf", "eol:cr", "split:1", "split:65536", "comment@7", "comment:5%",
		"status:204", "status:400", "status:599", "retry:0s", "retry:0", "retry:10ms", "retry:1h",
		"cut@12,stall:5s@3,drop:5%,jitter:20ms,eol:crlf", "stall:1s@3,stall:1s@3,drop@1,drop@2", all(","),
	}
	for _, text := range plans {
		plan, err := fault.Parse(text)
		if err != nil || plan.String() != text || plan.Empty() != (text == "") {
			t.Errorf("Parse(%q) = %q, empty %t, %v; want the same again", text, plan, plan.Empty(), err)
		}
	}
}

// What is wrong is named, and what would be right.
func TestParseErrors(t *testing.T) {
	const at = ", N is a position, and :P% in the place of @N a chance at each chunk, as in "
	form := func(form, where string) string { return " is not of the form " + form + where }
	var (
		cut    = form("cut@N, where N is a position, and :P% in the place of @N a chance at each chunk, as in ", "cut@12")
		stall  = form("stall:V@N, where V is a duration of 1ms to 1h"+at, "stall:5s@40")
		first  = form("first:V, where V is a duration of 1ms to 1h, as in ", "first:800ms")
		burst  = form("burst:V, where V is a number of 2 to 10000, as in ", "burst:8")
		split  = form("split:V, where V is a number of 1 to 65536, as in ", "split:1")
		eol    = form("eol:V, where V is crlf or cr, as in ", "eol:crlf")
		status = form("status:V, where V is 204, or 400 to 599, as in ", "status:503")
		retry  = form("retry:V, where V is a duration of 0 to 1h, as in ", "retry:10ms")
		noid   = form("noid, as in ", "noid")
	)
	tests := []struct{ plan, token, says string }{
		{"cut", "cut", cut},
		{"cut@", "cut@", cut},
		{"cut@-1", "cut@-1", cut},
		{"cut@+1", "cut@+1", cut},
		{"cut@1.5", "cut@1.5", cut},
		{"cut@x", "cut@x", cut},
		{"cut@1@2", "cut@1@2", cut},
		{"cut@2147483648", "cut@2147483648", cut},
		{"cut:", "cut:", cut},
		{"cut:5", "cut:5", cut},
		{"cut:%", "cut:%", cut},
		{"cut:0%", "cut:0%", cut},
		{"cut:-1%", "cut:-1%", cut},
		{"cut:+1%", "cut:+1%", cut},
		{"cut:101%", "cut:101%", cut},
		{"cut:1e1%", "cut:1e1%", cut},
		{"cut:0x1p3%", "cut:0x1p3%", cut},
		{"cut:nan%", "cut:nan%", cut},
		{"cut:inf%", "cut:inf%", cut},
		{"cut:5%@3", "cut:5%@3", cut},
		{"cut:5%:5%", "cut:5%:5%", cut},
		{"stall@40", "stall@40", stall},
		{"stall:5s", "stall:5s", stall},
		{"stall:5@40", "stall:5@40", stall},
		{"stall:0s@40", "stall:0s@40", stall},
		{"stall:-5s@40", "stall:-5s@40", stall},
		{"stall:+5s@40", "stall:+5s@40", stall},
		{"stall:1500µs@40", "stall:1500µs@40", stall},
		{"stall:61m@40", "stall:61m@40", stall},
		{"stall:5s@40:5%", "stall:5s@40:5%", stall},
		{"stall:5s:5%@40", "stall:5s:5%@40", stall},
		{"first", "first", first},
		{"first:1us", "first:1us", first},
		{"first:1s@3", "first:1s@3", first},
		{"first:1s:5%", "first:1s:5%", first},
		{"burst:1", "burst:1", burst},
		{"burst:10001", "burst:10001", burst},
		{"burst:8.0", "burst:8.0", burst},
		{"split:0", "split:0", split},
		{"split:65537", "split:65537", split},
		{"eol:lf", "eol:lf", eol},
		{"eol:", "eol:", eol},
		{"eol", "eol", eol},
		{"status:200", "status:200", status},
		{"status:205", "status:205", status},
		{"status:301", "status:301", status},
		{"status:600", "status:600", status},
		{"retry:-1s", "retry:-1s", retry},
		{"retry:2h", "retry:2h", retry},
		{"noid:5%", "noid:5%", noid},
		{"noid@", "noid@", noid},
		{"drop@1,cut@2,noid@3", "noid@3", noid},
		{"split:1,cut@2,split:2", "split:2", " is one too many: a plan has split once"},
		{"noid,noid", "noid", " is one too many: a plan has noid once"},
	}
	for _, test := range tests {
		plan, err := fault.Parse(test.plan)
		if want := `fault: "` + test.token + `"` + test.says; err == nil || err.Error() != want || !plan.Empty() {
			t.Errorf("Parse(%q) = %q, %v\nwant %s", test.plan, plan, err, want)
		}
	}
}

// A fault that does not exist is answered with all that do.
func TestParseUnknown(t *testing.T) {
	for plan, token := range map[string]string{
		"explode": "explode", "Cut@12": "Cut@12", " cut@12": " cut@12", "cut@1,,cut@2": "", "cut@1,": "", ",": "",
		"drop@2,x\x00y\n": `x\x00y\n`, strings.Repeat("x", 1000): strings.Repeat("x", 40) + "…",
	} {
		_, err := fault.Parse(plan)
		want := `fault: there is no fault "` + token + `"; there are cut@N, truncate@N, end@N, stall:V@N, first:V, jitter:V, burst:V, ` +
			"drop@N, double@N, swap@N, corrupt@N, noid, nodone, bom, eol:V, split:V, comment@N, status:V, retry:V"
		if err == nil || err.Error() != want {
			t.Errorf("Parse(%q): %v\nwant %s", plan, err, want)
		}
	}
}

// A plan is looked at for each chunk, so it is not longer than people write it.
func TestParseMany(t *testing.T) {
	const most = 32
	if _, err := fault.Parse(strings.Repeat("drop@1,", most-1) + "drop@1"); err != nil {
		t.Error(err)
	}
	_, err := fault.Parse(strings.Repeat("drop@1,", 1_000_000) + "drop@1")
	if want := "fault: more than 32 faults"; err == nil || err.Error() != want {
		t.Errorf("a million faults: %v; want %s", err, want)
	}
}

// Each stream keeps its plan, so that is not as long as a query can be.
func TestParseLong(t *testing.T) {
	const most = 1024
	zeros := strings.Repeat("0", most-len("drop@1"))
	if _, err := fault.Parse("drop@" + zeros + "1"); err != nil {
		t.Error(err)
	}
	_, err := fault.Parse("drop@0" + zeros + "1")
	if want := "fault: a plan of more than 1024 bytes"; err == nil || err.Error() != want {
		t.Errorf("a long position: %v; want %s", err, want)
	}
}

// A plan does not keep the query that it stood in.
func TestParseKeepsLittle(t *testing.T) {
	const plan, size = "drop@1,eol:crlf", 1 << 20
	memory := func() int {
		var stats runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&stats)
		return int(stats.HeapAlloc)
	}
	before := memory()
	var plans [20]fault.Plan
	for i := range plans {
		query := plan + strings.Repeat("&", size)
		plans[i], _ = fault.Parse(query[:len(plan)])
	}
	if held := memory() - before; held > size {
		t.Errorf("%d plans hold %d bytes", len(plans), held)
	}
	runtime.KeepAlive(&plans)
}

// What the table says of a kind can be written.
func TestKinds(t *testing.T) {
	forms := map[string]string{"cut": "cut@N", "stall": "stall:V@N", "first": "first:V", "noid": "noid"}
	for kind := range fault.Kinds {
		info := &fault.Kinds[kind]
		plan, err := fault.Parse(info.Example)
		if err != nil || plan.String() != info.Example || !strings.HasPrefix(info.Example, info.Name) {
			t.Errorf("the example of %s is %q, which is %q, %v", info.Name, info.Example, plan, err)
		}
		if strings.Contains(info.Example, "@") != info.At || strings.HasSuffix(info.Form(), "@N") != info.At {
			t.Errorf("%s: at is %t; the form is %s, the example %s", info.Name, info.At, info.Form(), info.Example)
		}
		if want, ok := forms[info.Name]; ok && info.Form() != want {
			t.Errorf("the form of %s is %s; want %s", info.Name, info.Form(), want)
		}
		if got := fault.Kind(kind).String(); got != info.Name || info.About == "" {
			t.Errorf("kind %d is %s; the table says %q, about %q", kind, got, info.Name, info.About)
		}
	}
}

func TestStatus(t *testing.T) {
	for text, want := range map[string]int{"": 0, "cut@12,drop:5%": 0, "status:503": 503, "cut@12,status:204": 204} {
		if got := parse(t, text).Status(); got != want {
			t.Errorf("%q: status %d; want %d", text, got, want)
		}
	}
}

// all is the examples of all kinds.
func all(separator string) string {
	var examples []string
	for kind := range fault.Kinds {
		examples = append(examples, fault.Kinds[kind].Example)
	}
	return strings.Join(examples, separator)
}

// parse returns a plan that is right.
func parse(t testing.TB, text string) fault.Plan {
	t.Helper()
	plan, err := fault.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return plan
}
