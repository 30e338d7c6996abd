package fault

import (
	"iter"
	"strings"
	"time"
)

// Kind is a kind of fault.
type Kind uint8

// What can go wrong, in the order of [Kinds].
const (
	Cut Kind = iota
	Truncate
	End
	Stall
	First
	Jitter
	Burst
	Drop
	Double
	Swap
	Corrupt
	NoID
	NoDone
	BOM
	EOL
	Split
	Comment
	Status
	Retry
)

// Info says how a kind of fault is written and what it does.
type Info struct {
	Name    string // "stall"
	Example string // a plan of it alone: "stall:5s@40"
	About   string // what happens, for the documents

	// At says that it happens to single chunks: at a position, or with a chance.
	// All others happen to the whole stream.
	At bool

	Takes string                     // what V in its form may be; empty if there is none
	value func(string) (value, bool) // parses V; nil if there is none
}

// value is what stands behind a colon: one of these, by the kind.
type value struct {
	duration time.Duration
	number   int
	word     string
}

// Kinds has all kinds of faults, each at its own index.
var Kinds = [...]Info{
	Cut:      {Name: "cut", Example: "cut@12", At: true, About: "the connection is reset; chunk 12 is the first that does not arrive"},
	Truncate: {Name: "truncate", Example: "truncate@12", At: true, About: "the connection is reset in the middle of the frame of chunk 12"},
	End:      {Name: "end", Example: "end@12", At: true, About: "the response ends cleanly before chunk 12, without `done`"},
	Stall: {
		Name: "stall", Example: "stall:5s@40", At: true, value: duration(time.Millisecond), Takes: "a duration of 1ms to 1h",
		About: "nothing comes for 5s before chunk 40, and all that follow are later by as much",
	},
	First: {
		Name: "first", Example: "first:800ms", value: duration(time.Millisecond), Takes: "a duration of 1ms to 1h",
		About: "the first chunk comes 800ms later, and so do all that follow; not on a resumed stream",
	},
	Jitter: {
		Name: "jitter", Example: "jitter:20ms", value: duration(time.Millisecond), Takes: "a duration of 1ms to 1h",
		About: "each chunk comes up to 20ms later than it would, but in order",
	},
	Burst: {
		Name: "burst", Example: "burst:8", value: number(2, 10_000), Takes: "a number of 2 to 10000",
		About: "chunks come eight at a time, when the first of the eight is due",
	},
	Drop:    {Name: "drop", Example: "drop@7", At: true, About: "chunk 7 is missing"},
	Double:  {Name: "double", Example: "double@7", At: true, About: "chunk 7 comes twice"},
	Swap:    {Name: "swap", Example: "swap@7", At: true, About: "chunk 7 comes after chunk 8"},
	Corrupt: {Name: "corrupt", Example: "corrupt@7", At: true, About: "the first letter of chunk 7 is another one"},
	NoID:    {Name: "noid", Example: "noid", About: "no event has an id, so that a client cannot resume"},
	NoDone:  {Name: "nodone", Example: "nodone", About: "the response ends cleanly after the last chunk, without `done`"},
	BOM:     {Name: "bom", Example: "bom", About: "the body begins with a byte order mark, which a client has to ignore"},
	EOL: {
		Name: "eol", Example: "eol:crlf", value: word("crlf", "cr"), Takes: "crlf or cr",
		About: "lines end with CRLF, or with CR (`eol:cr`), instead of LF",
	},
	Split: {
		Name: "split", Example: "split:1", value: number(1, 65536), Takes: "a number of 1 to 65536",
		About: "bytes are written one at a time, also in the middle of a character",
	},
	Comment: {Name: "comment", Example: "comment@7", At: true, About: "a comment stands inside the block of chunk 7, between its fields"},
	Status: {
		Name: "status", Example: "status:503", value: number(204, 599), Takes: "204, or 400 to 599",
		About: "503 answers instead of the stream; 204 has no body",
	},
	Retry: {
		Name: "retry", Example: "retry:10ms", value: duration(0), Takes: "a duration of 0 to 1h",
		About: "clients that lose the stream are told to come back after 10ms",
	},
}

// Form is how a fault of the kind is written: "stall:V@N".
func (i *Info) Form() string {
	form := i.Name
	if i.value != nil {
		form += ":V"
	}
	if i.At {
		form += "@N"
	}
	return form
}

func (k Kind) String() string { return Kinds[k].Name }

// kindOf returns the kind of that name.
func kindOf(name string) (Kind, bool) {
	for kind := range Kinds {
		if Kinds[kind].Name == name {
			return Kind(kind), true
		}
	}
	return 0, false
}

// Names returns the names of all kinds.
func Names() []string {
	names := make([]string, len(Kinds))
	for kind := range Kinds {
		names[kind] = Kinds[kind].Name
	}
	return names
}

// forms is how all kinds are written, in one line.
func forms() string {
	all := make([]string, len(Kinds))
	for kind := range Kinds {
		all[kind] = Kinds[kind].Form()
	}
	return strings.Join(all, ", ")
}

// Set is some kinds of faults.
type Set uint32

// Has says whether kind is one of them.
func (s Set) Has(kind Kind) bool { return s&(1<<kind) != 0 }

// Add adds kind to them.
func (s *Set) Add(kind Kind) { *s |= 1 << kind }

// All returns them in the order of [Kinds].
func (s Set) All() iter.Seq[Kind] {
	return func(yield func(Kind) bool) {
		for kind := range Kinds {
			if s.Has(Kind(kind)) && !yield(Kind(kind)) {
				return
			}
		}
	}
}
