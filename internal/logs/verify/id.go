package verify

import "encoding/hex"

// id is a UUID. It is parsed by hand, as there are two or three in each line.
type id [16]byte

// parseID reads a UUID in the form that the log has, and reports whether it is one.
func parseID(text []byte) (parsed id, ok bool) {
	if len(text) != 36 || text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-' {
		return id{}, false
	}
	at := 0
	for i := 0; i < len(text); {
		if text[i] == '-' {
			i++
			continue
		}
		high, low := hexValue[text[i]], hexValue[text[i+1]]
		if high|low > 15 {
			return id{}, false
		}
		parsed[at] = high<<4 | low
		at++
		i += 2
	}
	return parsed, true
}

// hexValue is that of a lower-case hexadecimal digit, 255 of anything else.
var hexValue = func() (values [256]byte) {
	for i := range values {
		values[i] = 255
	}
	for i, digit := range []byte("0123456789abcdef") {
		values[digit] = byte(i)
	}
	return values
}()

func (i id) String() string { return string(i.append(nil)) }

// append appends the id as text.
func (i id) append(to []byte) []byte {
	to = append(hex.AppendEncode(to, i[:4]), '-')
	to = append(hex.AppendEncode(to, i[4:6]), '-')
	to = append(hex.AppendEncode(to, i[6:8]), '-')
	to = append(hex.AppendEncode(to, i[8:10]), '-')
	return hex.AppendEncode(to, i[10:])
}
