package main

import (
	"fmt"
	"strings"

	"sseserver/internal/fault"
)

// faults is a setting that is the plan of a stream.
type faults struct{ p *fault.Plan }

func (v *faults) Set(text string) error {
	plan, err := fault.Parse(text)
	if err != nil {
		return fmt.Errorf("%w: %s", mustBe(v, text), strings.TrimPrefix(err.Error(), "fault: "))
	}
	*v.p = plan
	return nil
}

func (v *faults) String() string  { return v.p.String() }
func (v *faults) Kind() string    { return "plan" }
func (v *faults) Allowed() string { return "faults with commas between" }
