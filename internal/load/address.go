package load

import "regexp"

var password = regexp.MustCompile(`(://[^/@:\s]*):[^/@\s]*@`)

// Redacted is a text in which addresses may stand, without their passwords. It
// takes addresses with placeholders as well, which are no valid ones yet.
func Redacted(text string) string { return password.ReplaceAllString(text, "$1:xxxxx@") }
