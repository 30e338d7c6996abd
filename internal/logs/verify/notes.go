package verify

import (
	"fmt"
	"slices"
	"strings"

	"go.uber.org/zap/zapcore"
)

// notes says what could not be checked, one sentence for each kind of thing.
func (v *Verifier) notes() (notes []string) {
	note := func(has func(*run) bool, one, several string) {
		var of []*run
		for _, r := range v.runs {
			if has(r) {
				of = append(of, r)
			}
		}
		switch len(of) {
		case 0:
		case 1:
			notes = append(notes, fmt.Sprintf("%s:%d: ", of[0].first.source, of[0].first.number)+one)
		default:
			notes = append(notes, fmt.Sprintf(several, len(of)))
		}
	}
	note(func(r *run) bool { return r.begun != 1 },
		"the log begins in the middle of its run; what came before could not be checked",
		"%d runs begin in the middle; what came before could not be checked")
	note(func(r *run) bool { return !r.sees(zapcore.InfoLevel) },
		"its level leaves out most lines; what they would tell could not be checked",
		"the level of %d runs leaves out most lines; what they would tell could not be checked")
	note(func(r *run) bool { return r.shared },
		"its messages are shared with other servers, so that nothing was checked that these may have done",
		"the messages of %d runs are shared with other servers, so that nothing was checked that these may have done")
	note(func(r *run) bool { return r.set > 0 },
		"its clock was set back, by more than two seconds",
		"the clock of %d runs was set back, by more than two seconds")
	note(func(r *run) bool { return r.forced && !r.done && r.left > 0 },
		"its shutdown was forced, and streams are open: they were cut off",
		"the shutdown of %d runs was forced, and streams are open: they were cut off")
	note(func(r *run) bool { return !r.forced && !r.done && r.left > 0 },
		"the log ends without the end of this run, and streams are open: it still runs, or was killed",
		"%d runs have no end, and streams are open: they still run, or were killed")
	note(func(r *run) bool { return r.stopping && !r.forced && !r.done && r.left == 0 },
		"its shutdown began, and the log ends before that was completed",
		"the shutdown of %d runs began, and the log ends before that was completed")
	if len(v.older) > 0 {
		sources := slices.Compact(v.older)
		notes = append(notes, fmt.Sprintf("%s: the log is of an older version, without fields of today; its lines were checked as far as they go", strings.Join(sources, ", ")))
	}
	unsure := int64(0)
	for _, r := range v.runs {
		unsure += r.unsure
	}
	switch unsure {
	case 0:
	case 1:
		notes = append(notes, "one thing could not be checked, because lines are missing that may tell of it")
	default:
		notes = append(notes, fmt.Sprintf("%d things could not be checked, because lines are missing that may tell of them", unsure))
	}
	return notes
}
