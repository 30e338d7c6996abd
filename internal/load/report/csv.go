package report

import (
	"encoding/csv"
	"io"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// WriteCSV writes the time line as RFC 4180 has it: a header, then a row for
// each second. After the clock time its columns are the plain fields of Second,
// named as in JSON, units included. A quantile of nothing is empty.
func (r *Report) WriteCSV(w io.Writer) error {
	out := csv.NewWriter(w)
	out.UseCRLF = true
	_ = out.Write(append([]string{"time"}, columnNames()...)) // Error tells
	for _, s := range r.Timeline {
		at := r.Started.Add(time.Duration(s.At) * time.Second)
		_ = out.Write(append([]string{at.UTC().Format("2006-01-02T15:04:05.000Z07:00")}, s.cells()...))
	}
	out.Flush()
	return out.Error()
}

// columns are the numbers of those fields of Second that are plain values.
var columns = func() (list []int) {
	fields := reflect.TypeFor[Second]()
	for i := range fields.NumField() {
		if fields.Field(i).Type.Kind() != reflect.Slice {
			list = append(list, i)
		}
	}
	return list
}()

func columnNames() (names []string) {
	for _, i := range columns {
		names = append(names, nameInJSON(reflect.TypeFor[Second]().Field(i)))
	}
	return names
}

func nameInJSON(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	return name
}

func (s Second) cells() (cells []string) {
	fields := reflect.ValueOf(s)
	for _, i := range columns {
		cell := ""
		if !s.hasNone(nameInJSON(fields.Type().Field(i))) {
			cell = number(fields.Field(i))
		}
		cells = append(cells, cell)
	}
	return cells
}

// hasNone tells whether a column is a quantile, such as lateness_p99_ms, of a
// row of counts, here lateness, that is empty.
func (s Second) hasNone(column string) bool {
	of, _, isQuantile := strings.Cut(column, "_p")
	if !isQuantile {
		return false
	}
	fields := reflect.ValueOf(s)
	for i := range fields.NumField() {
		if nameInJSON(fields.Type().Field(i)) == of {
			return fields.Field(i).Len() == 0
		}
	}
	return false
}

func number(v reflect.Value) string {
	switch {
	case v.Kind() == reflect.Pointer && v.IsNil():
		return ""
	case v.Kind() == reflect.Pointer:
		return number(v.Elem())
	case v.CanInt():
		return strconv.FormatInt(v.Int(), 10)
	case v.CanUint():
		return strconv.FormatUint(v.Uint(), 10)
	}
	return strconv.FormatFloat(v.Float(), 'f', -1, 64)
}
