package load

import (
	"regexp"
	"strings"
)

// Redacted is an address as people may see it, with xxxxx in place of a
// password, as in http://user:xxxxx@host/. It works on the text, not on a parsed
// URL as url.URL.Redacted does: an address may have placeholders, which are no
// part of a valid URL. A password that is a placeholder is none yet, and stays.
func Redacted(address string) string {
	at := userinfo.FindStringSubmatchIndex(address)
	if at == nil || placeholder.MatchString(address[at[2]:at[3]]) {
		return address
	}
	return address[:at[2]] + "xxxxx" + address[at[3]:]
}

var (
	userinfo    = regexp.MustCompile(`^(?:[A-Za-z][A-Za-z0-9+.-]*://)?[^/?#:@]*:([^/?#]*)@`) // its password
	placeholder = regexp.MustCompile(`^\{[A-Za-z_][A-Za-z0-9_]*\}$`)
)

// redactedAll is for an address that is not valid, perhaps because of what is in
// its password: nobody knows where that ends, so all up to the last @ counts.
func redactedAll(address string) string {
	scheme, rest, ok := strings.Cut(address, "://")
	at := strings.LastIndex(rest, "@")
	if !ok || at < 0 {
		return address
	}
	user, _, _ := strings.Cut(rest[:at], ":")
	return scheme + "://" + user + ":xxxxx" + rest[at:]
}
