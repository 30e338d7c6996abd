package report

import (
	"encoding/xml"
	"io"
	"strings"
)

// The form of JUnit's reports, as far as servers of continuous integration
// agree on it.
type (
	junitSuites struct {
		XMLName xml.Name   `xml:"testsuites"`
		Suite   junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name     string      `xml:"name,attr"`
		Time     float64     `xml:"time,attr"`      // seconds
		Started  string      `xml:"timestamp,attr"` // ISO 8601
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Errors   int         `xml:"errors,attr"`
		Cases    []junitCase `xml:"testcase"`
	}
	junitCase struct {
		Class   string      `xml:"classname,attr"`
		Name    string      `xml:"name,attr"`
		Failure *junitCause `xml:"failure"`
		Error   *junitCause `xml:"error"`
	}
	junitCause struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr"`
	}
)

// WriteJUnit writes the verdicts as a test suite: a test for each threshold,
// and two that the run means anything, which have an error if it does not.
func (r *Report) WriteJUnit(w io.Writer) error {
	suite := junitSuite{
		Name: "sseload " + r.Settings.Target, Started: r.Started.UTC().Format("2006-01-02T15:04:05"),
		Time: (r.Windows.Ramp + r.Windows.Steady + r.Windows.Drain) / 1000,
	}
	for _, v := range r.Thresholds {
		test := junitCase{Class: "sseload.thresholds", Name: v.Threshold}
		if !v.Pass {
			test.Failure = &junitCause{Message: v.Threshold + " was not met: " + v.Text, Type: "threshold"}
			suite.Failures++
		}
		suite.Cases = append(suite.Cases, test)
	}
	complete := junitCase{Class: "sseload.run", Name: "the run was not interrupted"}
	if r.Outcome == Interrupted {
		complete.Error = &junitCause{Message: Interrupted.sentence(), Type: string(Interrupted)}
		suite.Errors++
	}
	fit := junitCase{Class: "sseload.run", Name: "the generator was fit to measure"}
	if !r.Health.Valid {
		fit.Error = &junitCause{Message: strings.Join(r.Health.Complaints, "; "), Type: string(Invalid)}
		suite.Errors++
	}
	suite.Cases = append(suite.Cases, complete, fit)
	suite.Tests = len(suite.Cases)
	return writeXML(w, junitSuites{Suite: suite})
}

func writeXML(w io.Writer, document any) error {
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	if err := e.Encode(document); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}
