// Package report shows what a load run found: as a table for a terminal, as
// JSON with a published schema, as one HTML page that needs nothing else, as
// HdrHistogram percentile text, and as a comparison of two runs.
//
// A [Report] is made from a load.Result by [New], which also judges the
// thresholds. All other forms are made from the Report, so they agree, and so
// does what is read back from a file.
package report
