// Package report turns the samples of a benchmark into what people read: the
// medians over the rounds, as Markdown, JSON and pictures.
package report
