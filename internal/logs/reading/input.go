package reading

import (
	"bufio"
	"bytes"
	"cmp"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"time"
)

// Input is where a log is read from. It is read once.
type Input struct {
	// Progress, if set, is called every few MiB with how many bytes were read of
	// how many there are, as they are stored; size is 0 if that is not known.
	Progress func(read, size int64)
	// OnBroken, if set, is called with each line that is skipped, in its turn
	// among the others.
	OnBroken func(*Broken)

	sources []*source
	size    int64 // of all, 0 if not known
	err     error // of Files
}

// source is one file, or a stream.
type source struct {
	name  string
	path  string    // "" for a stream
	r     io.Reader // of a stream
	size  int64
	first time.Time // of its first line; only of regular files
}

// Stream reads from r, which name stands for in what is said of its lines.
func Stream(name string, r io.Reader) Input {
	return Input{sources: []*source{{name: name, r: r}}}
}

// Files reads the files of these names: rotated ones in any order, compressed by
// gzip or not, whatever their names. A file that is named twice is read once. What
// cannot be opened is an error of Read, before the first line.
func Files(names []string) Input {
	var in Input
	var seen []fs.FileInfo
	regular := true
	for _, name := range names {
		about, err := os.Stat(name)
		if err != nil {
			in.err = cmp.Or(in.err, openError(name, err))
			continue
		}
		if about.IsDir() {
			in.err = cmp.Or(in.err, fmt.Errorf("%s is a directory; name the files in it", name))
			continue
		}
		if slices.ContainsFunc(seen, func(other fs.FileInfo) bool { return os.SameFile(about, other) }) {
			continue
		}
		seen = append(seen, about)
		s := &source{name: name, path: name}
		if about.Mode().IsRegular() {
			s.size = about.Size()
		} else {
			regular = false
		}
		in.sources = append(in.sources, s)
	}
	if in.err == nil && regular {
		in.sort()
	}
	return in
}

// sort puts the files in the order of their first lines; those without any come
// last.
func (in *Input) sort() {
	for _, s := range in.sources {
		in.size += s.size
		first, err := s.firstTime()
		in.err = cmp.Or(in.err, err)
		s.first = first
	}
	slices.SortStableFunc(in.sources, func(a, b *source) int {
		if a.first.IsZero() != b.first.IsZero() {
			if a.first.IsZero() {
				return 1
			}
			return -1
		}
		return a.first.Compare(b.first)
	})
}

// sniffed is how many lines are looked at for the first one of ours.
const sniffed = 100

// firstTime is that of the file's first line, zero if it has none at its beginning.
func (s *source) firstTime() (time.Time, error) {
	opened, err := s.open()
	if err != nil {
		return time.Time{}, err
	}
	defer opened.close()
	lines := newSplitter(opened)
	var p parser
	for range sniffed {
		piece, err := lines.next()
		if err != nil {
			break
		}
		if line, err := p.parse(piece.text); err == nil {
			return line.Time, nil
		}
	}
	return time.Time{}, nil
}

// opened is a source that is read.
type opened struct {
	io.Reader          // without compression and byte order mark
	file      *os.File // nil for a stream
	read      int64    // as it is stored
}

// counted counts what is read.
type counted struct {
	r io.Reader
	n *int64
}

func (c counted) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	*c.n += int64(n)
	return n, err
}

func (o *opened) close() {
	if o.file != nil {
		_ = o.file.Close() // it was only read
	}
}

// open opens the source and looks at its first bytes.
func (s *source) open() (*opened, error) {
	o := new(opened)
	r := s.r
	if s.path != "" {
		file, err := os.Open(s.path)
		if err != nil {
			return nil, openError(s.name, err)
		}
		o.file, r = file, file
	}
	var err error
	if o.Reader, err = plainText(s.name, counted{r, &o.read}); err != nil {
		o.close()
		return nil, err
	}
	return o, nil
}

// The first bytes of files that are no plain text.
var (
	gzipMagic = []byte{0x1f, 0x8b}
	bom       = []byte("\ufeff")
	utf16     = [][]byte{{0xff, 0xfe}, {0xfe, 0xff}}
	packed    = []struct {
		magic        []byte
		what, unpack string
	}{
		{[]byte{0x28, 0xb5, 0x2f, 0xfd}, "zstd", "zstdcat"},
		{[]byte{0xfd, '7', 'z', 'X', 'Z', 0}, "xz", "xzcat"},
		{[]byte("BZh"), "bzip2", "bzcat"},
	}
)

// plainText returns the text of what is read.
func plainText(name string, r io.Reader) (io.Reader, error) {
	buffered := bufio.NewReaderSize(r, 64<<10)
	head, _ := buffered.Peek(6) // an error comes again when it is read
	if bytes.HasPrefix(head, gzipMagic) {
		unpacked, err := gzip.NewReader(buffered)
		if err != nil {
			return nil, fmt.Errorf("%s begins as gzip does, but is damaged: %w", name, noEOF(err))
		}
		buffered = bufio.NewReaderSize(unpacked, 64<<10)
		head, _ = buffered.Peek(6)
	}
	for _, p := range packed {
		if bytes.HasPrefix(head, p.magic) {
			return nil, fmt.Errorf("%s is compressed with %s, which cannot be read here; unpack it: %s %s | sseserver logs …", name, p.what, p.unpack, name)
		}
	}
	for _, mark := range utf16 {
		if bytes.HasPrefix(head, mark) {
			return nil, fmt.Errorf("%s is UTF-16; logs are UTF-8: convert it, for example with iconv -f UTF-16 -t UTF-8", name)
		}
	}
	if bytes.HasPrefix(head, bom) {
		_, _ = buffered.Discard(len(bom)) // they are there
	}
	return buffered, nil
}

// noEOF says in words that a file ends early.
func noEOF(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errCutOff
	}
	return err
}

var errCutOff = errors.New("it ends too early")

// openError is an error of opening a file, without the name twice.
func openError(name string, err error) error {
	var of *fs.PathError
	if errors.As(err, &of) {
		err = of.Err
	}
	return fmt.Errorf("%s: %w", name, err)
}
