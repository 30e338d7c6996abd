package track

import (
	"bytes"
	"unsafe"

	"github.com/tidwall/gjson"
)

// Number is the natural number in data that p names, also if it stands there as
// a string. It allocates nothing.
func (p Path) Number(data []byte) (int64, bool) {
	if p.find == "" {
		return parseID(bytes.Trim(data, "\" \t\n"))
	}
	switch value := p.In(data); value.Type {
	case gjson.Number:
		return parseNatural(value.Raw)
	case gjson.String:
		return parseNatural(value.Str)
	}
	return 0, false
}

func parseNatural(text string) (int64, bool) {
	return parseID(unsafe.Slice(unsafe.StringData(text), len(text)))
}
