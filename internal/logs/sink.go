package logs

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"syscall"
)

// How much is written at once: to a file a batch, for fewer system calls; to
// anything else what a pipe takes whole or not at all, so that what others write
// to it stands between two lines, and nobody reads half of one.
const (
	filePiece  = 64 << 10
	otherPiece = maxLine
)

// errNoReader is the error of opening a FIFO that nobody reads yet.
var errNoReader = errors.New("nobody reads the FIFO")

// sink is what lines are written to: a log file, or standard error. Only the writer uses
// it, once newSink has opened it.
type sink struct {
	path string      // of the log file; "" for standard error
	to   io.Writer   // nil as long as a FIFO has no reader
	file regularFile // to again, if it is one; else nil
}

// regularFile is the part of an os.File that takes back half a line.
type regularFile interface {
	io.WriteSeeker
	Stat() (fs.FileInfo, error)
	Truncate(size int64) error
}

// newSink opens the log. A FIFO without a reader is not an error.
func newSink(c Config) (*sink, error) {
	if c.File == "" {
		s := new(sink)
		s.use(c.Stderr)
		return s, nil
	}
	s := &sink{path: c.File}
	if err := s.open(); err != nil && !errors.Is(err, errNoReader) {
		return nil, err
	}
	return s, nil
}

// open opens or reopens the file, and never waits. On an error the old file stays in use.
func (s *sink) open() error {
	// Without O_NONBLOCK it would wait for the reader of a FIFO (fifo(7)).
	opened, err := os.OpenFile(s.path, os.O_APPEND|os.O_CREATE|os.O_WRONLY|syscall.O_NONBLOCK, 0o640)
	if errors.Is(err, syscall.ENXIO) && isFIFO(s.path) {
		return errNoReader
	}
	if err != nil {
		return err
	}
	s.close()
	s.use(opened)
	return nil
}

func isFIFO(path string) bool {
	about, err := os.Stat(path)
	return err == nil && about.Mode()&fs.ModeNamedPipe != 0
}

// use makes w what is written to.
func (s *sink) use(w io.Writer) {
	s.to, s.file = w, nil
	if file, ok := w.(regularFile); ok {
		if about, err := file.Stat(); err == nil && about.Mode().IsRegular() {
			s.file = file
		}
	}
}

// close closes the log file. Standard error is not ours to close.
func (s *sink) close() {
	if file, ok := s.to.(io.Closer); ok && s.path != "" {
		_ = file.Close() // what was written is with the kernel
	}
}

// write writes the first of the lines, as many as fit into one piece, and returns how many
// bytes are written for good. If it fails in the middle of a line, it removes the
// beginning of that line from a file; a pipe gets the rest of it next time.
func (s *sink) write(lines []byte) (int, error) {
	if s.to == nil {
		if err := s.open(); err != nil {
			return 0, err
		}
	}
	n, err := s.to.Write(s.piece(lines))
	if err == nil || s.file == nil {
		return n, err
	}
	half := n - (bytes.LastIndexByte(lines[:n], '\n') + 1)
	if half > 0 && retract(s.file, int64(half)) {
		n -= half
	}
	return n, err
}

// piece is what is written at once.
func (s *sink) piece(lines []byte) []byte {
	most := otherPiece
	if s.file != nil {
		most = filePiece
	}
	if len(lines) <= most {
		return lines
	}
	return lines[:bytes.LastIndexByte(lines[:most], '\n')+1] // no line is longer
}

// retract removes the last bytes that were written to a file, if they are still its last:
// another process may write to it as well.
func retract(file regularFile, size int64) bool {
	end, err := file.Seek(0, io.SeekCurrent)
	if err != nil {
		return false
	}
	about, err := file.Stat()
	if err != nil || about.Size() != end || file.Truncate(end-size) != nil {
		return false
	}
	_, err = file.Seek(end-size, io.SeekStart)
	return err == nil
}
