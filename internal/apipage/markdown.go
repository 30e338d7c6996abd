package main

import (
	"html/template"
	"regexp"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/parser"
)

// writer renders CommonMark, which is what descriptions are written in (OpenAPI
// 3.0.3, "Rich Text Formatting").
type writer struct {
	anchors map[string]string // of names that become links
}

// markdown renders a text of any length. Its headings get ids.
func (w writer) markdown(text string) (template.HTML, error) {
	var out strings.Builder
	converter := goldmark.New(goldmark.WithParserOptions(parser.WithAutoHeadingID()))
	if err := converter.Convert([]byte(text), &out); err != nil {
		return "", err
	}
	return template.HTML(codeElement.ReplaceAllStringFunc(onPage.Replace(out.String()), w.link)), nil
}

// onPage fits the elements into the page: a keyboard can scroll what is wider than
// a small screen, and the ids of headings are no others'.
var onPage = strings.NewReplacer("<pre>", `<pre tabindex="0">`, `<h3 id="`, `<h2 id="about-`, "</h3>", "</h2>")

var codeElement = regexp.MustCompile("<code>([A-Za-z_]+)</code>")

// link leads from a name to what it means.
func (w writer) link(element string) string {
	name := codeElement.FindStringSubmatch(element)[1]
	if to := w.anchors[name]; to != "" {
		return `<a href="#` + to + `">` + element + `</a>`
	}
	return element
}

// inline renders what is one paragraph without its tags.
func (w writer) inline(text string) (template.HTML, error) {
	html, err := w.markdown(text)
	return template.HTML(strings.TrimSuffix(strings.TrimPrefix(string(html), "<p>"), "</p>\n")), err
}

// breakable lets a long path wrap after each slash.
func breakable(path string) template.HTML {
	return template.HTML(strings.ReplaceAll(template.HTMLEscapeString(path), "/", "/<wbr>"))
}
