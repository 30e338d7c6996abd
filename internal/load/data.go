package load

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"unicode/utf8"
)

const byteOrderMark = "\uFEFF"

// ReadData reads values for clients from CSV (RFC 4180): the first row names
// the columns, each further row has the values of one client.
func ReadData(r io.Reader) (columns []string, rows [][]string, err error) {
	text := bufio.NewReader(r)
	if mark, _ := text.Peek(len(byteOrderMark)); string(mark) == byteOrderMark { // as spreadsheets write it
		_, _ = text.Discard(len(byteOrderMark))
	}
	in := csv.NewReader(text)
	columns, err = in.Read()
	switch {
	case errors.Is(err, io.EOF):
		return nil, nil, errors.New("no first row, which names the columns")
	case err != nil:
		return nil, nil, fmt.Errorf("not CSV: %w", err)
	}
	for i, name := range columns {
		if err := checkColumn(name, columns[:i]); err != nil {
			return nil, nil, err
		}
	}
	rows, err = in.ReadAll()
	if err != nil {
		return nil, nil, fmt.Errorf("not CSV: %w", err)
	}
	for i, row := range rows { // as JSON, which brings it to worker processes, is
		if slices.ContainsFunc(row, func(value string) bool { return !utf8.ValidString(value) }) {
			return nil, nil, fmt.Errorf("row %d is not UTF-8", i+1)
		}
	}
	return columns, rows, nil
}

var columnName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

func checkColumn(name string, before []string) error {
	switch {
	case !columnName.MatchString(name):
		return fmt.Errorf("column %q: a name is a letter or _, then letters, digits and _", name)
	case slices.Contains(ownPlaceholders, name):
		return fmt.Errorf("column %q: the placeholder {%s} has a meaning of its own", name, name)
	case slices.Contains(before, name):
		return fmt.Errorf("column %q is there twice", name)
	}
	return nil
}
