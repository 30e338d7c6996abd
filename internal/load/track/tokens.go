package track

import "github.com/tidwall/gjson"

// isToken tells whether an event with such data counts as one. Streams of a
// language model have others among their tokens: the first says who speaks, the
// last why it stopped and how much it used.
func (p *Plan) isToken(data []byte) bool {
	return p.Token.IsZero() || filled(p.Token.In(data))
}

// filled tells whether there is a value, and more than an empty one.
func filled(v gjson.Result) bool {
	switch v.Type {
	case gjson.String:
		return v.Str != ""
	case gjson.Number, gjson.True:
		return true
	case gjson.JSON:
		any := false
		v.ForEach(func(_, _ gjson.Result) bool { any = true; return false })
		return any
	}
	return false // null, false, or not there
}
