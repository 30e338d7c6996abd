// Package axetest has axe-core, which finds what keeps people with disabilities from
// using a page: https://github.com/dequelabs/axe-core. Only tests import it.
//
// axe.min.js.gz is axe.min.js of the npm package axe-core, compressed and not changed.
// It is under the Mozilla Public License 2.0, in LICENSE beside it; what it contains of
// others is under the licences in LICENSE-3RD-PARTY.txt. For another version: npm pack
// axe-core, gzip -9n, and the two constants below.
package axetest

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"io"
	"strings"
	"sync"
)

// Version is that of axe-core, and Sum the SHA-256 of its axe.min.js.
const (
	Version = "4.14.1"
	Sum     = "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c"
)

//go:embed axe.min.js.gz
var compressed []byte

// Source returns the script that defines axe in a page. Any goroutine may call it.
var Source = sync.OnceValue(func() string {
	script, err := gzip.NewReader(bytes.NewReader(compressed))
	if err != nil {
		panic(err)
	}
	var source strings.Builder
	if _, err := io.Copy(&source, script); err != nil {
		panic(err)
	}
	return source.String()
})

// Violations is a JavaScript expression of a promise for what violates WCAG 2.2 AA or
// what is good practice: a rule, what it says, and where, in one text each.
const Violations = run + "{runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']" + report

// FaintTexts is the same of contrast alone, all that depends on the colour scheme. That
// of chromiumtest asks less and is for pages that axe-core is not loaded into.
const FaintTexts = run + "{runOnly: {type: 'rule', values: ['color-contrast']}" + report

const (
	run    = "axe.run(document, "
	report = `, resultTypes: ['violations']}).then(({violations}) => violations.flatMap(({id, help, nodes}) =>
	nodes.map(({target, html, failureSummary}) => id + ': ' + help + ', ' + target.join(' ') + ' ' + html.slice(0, 200) + ' ' + failureSummary)))`
)
