package report

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"time"

	"sseserver/internal/load/measure"
	"sseserver/internal/load/threshold"
)

// Part is one of the reports that a merged one is made of.
type Part struct {
	File    string    `json:"file"`
	Started time.Time `json:"started"`
	Clients int       `json:"clients"`
	Outcome Outcome   `json:"outcome"`
}

// Source is a report to merge, with the name of its file.
type Source struct {
	File string
	*Report
}

// Merge makes one report of several generators that loaded one server at the
// same time. It does not matter in which order they are given, and they stay as
// they are. Beyond their own thresholds the given ones are judged.
//
//   - Counts, errors, clients and histograms add up; so do the rates, each of
//     the steady window of its own generator.
//   - Time lines are laid over each other by their start, in whole seconds, so
//     they are as exact as the clocks of the machines agree.
//   - Windows are as long as the longest of each.
//   - The first refusal is that of the first generator that met one.
//   - The generators are as fit as the least fit of them.
func Merge(sources []Source, more []threshold.Threshold) (*Report, error) {
	if len(sources) == 0 {
		return nil, errors.New("nothing to merge")
	}
	sources = slices.SortedFunc(slices.Values(sources), func(a, b Source) int {
		return cmp.Or(a.Started.Compare(b.Started), strings.Compare(a.File, b.File))
	})
	if err := mergeable(sources); err != nil {
		return nil, err
	}
	conditions, err := allThresholds(sources, more)
	if err != nil {
		return nil, err
	}
	merged := *sources[0].Report // what is not told of below is as in the first
	r := &merged
	r.Counts, r.Errors, r.Histograms, r.Rates = measure.Counts{}, map[string]uint64{}, measure.Distributions{}, Rates{}
	r.Faults = measure.Faults{}
	r.Health.Valid, r.Health.Complaints, r.Health.Cores = true, []string{}, 0
	r.Parts, r.Notes = nil, nil
	var timeline measure.Timeline
	interrupted := false
	for i, s := range sources {
		r.add(s)
		if i > 0 {
			r.reconcile(sources[0], s)
		}
		offset := int(s.Started.Sub(r.Started).Round(time.Second) / time.Second)
		for second, of := range s.timeline() {
			timeline.At(time.Duration(offset+second) * time.Second).Add(of)
		}
		interrupted = interrupted || s.Outcome == Interrupted
	}
	perSecond := r.Rates.EventsPerSecond
	r.Rates = newRates(r.Counts, r.Windows)
	r.Rates.EventsPerSecond = perSecond // whose windows may not be as long as each other
	r.describe()
	r.HeatEdges, r.Timeline = newTimeline(timeline, r.Health.Cores)
	r.judge(conditions, interrupted)
	return r, nil
}

// add adds what adds up, and keeps the worst of the generators' health.
func (r *Report) add(s Source) {
	r.Counts.Add(s.Counts)
	for reason, n := range s.Errors {
		r.Errors[reason] += n
	}
	r.Faults.Add(s.Faults)
	if r.FirstRefusal == nil {
		r.FirstRefusal = s.FirstRefusal
	}
	r.Histograms.Merge(&s.Histograms)
	r.Rates.EventsPerSecond += s.Rates.EventsPerSecond
	r.Windows.Ramp = max(r.Windows.Ramp, s.Windows.Ramp)
	r.Windows.Steady = max(r.Windows.Steady, s.Windows.Steady)
	r.Windows.Drain = max(r.Windows.Drain, s.Windows.Drain)
	r.Health.Valid = r.Health.Valid && s.Health.Valid
	for _, complaint := range s.Health.Complaints {
		r.Health.Complaints = append(r.Health.Complaints, s.File+": "+complaint)
	}
	r.Health.Cores += s.Health.Cores
	r.Health.CPUShare = max(r.Health.CPUShare, s.Health.CPUShare)
	r.Health.ProbeP99 = max(r.Health.ProbeP99, s.Health.ProbeP99)
	r.Health.Limit = max(r.Health.Limit, s.Health.Limit) // each was judged by its own
	r.Notes = append(r.Notes, s.Notes...)
	r.Parts = append(r.Parts, Part{File: s.File, Started: s.Started, Clients: s.Settings.Clients, Outcome: s.Outcome})
}

// reconcile takes another generator's settings into those of all, and notes
// where they are not those of the first.
func (r *Report) reconcile(first, s Source) {
	for _, setting := range settings {
		switch {
		case setting.merge == "sum":
			sum(setting.of(&r.Settings), setting.of(&s.Settings))
		case setting.differs(&first.Settings, &s.Settings):
			r.Notes = append(r.Notes, fmt.Sprintf("setting %s differs: %s in %s, %s in %s", setting.name,
				setting.show(&first.Settings), first.File, setting.show(&s.Settings), s.File))
		}
	}
	if a, b := first.Health.Limit, s.Health.Limit; a != b {
		r.Notes = append(r.Notes, fmt.Sprintf("generator limits differ: %s in %s, %s in %s", seconds(a), first.File, seconds(b), s.File))
	}
	if first.Generator != s.Generator {
		r.Notes = append(r.Notes, fmt.Sprintf("generators differ: %v in %s, %v in %s", first.Generator, first.File, s.Generator, s.File))
	}
}

func sum(to, add reflect.Value) {
	switch {
	case to.CanInt():
		to.SetInt(to.Int() + add.Int())
	case to.CanUint():
		to.SetUint(to.Uint() + add.Uint())
	default:
		to.SetFloat(to.Float() + add.Float())
	}
}

// mergeable says why the reports, the earliest first, cannot be those of one
// load.
func mergeable(sources []Source) error {
	first, last := sources[0], sources[len(sources)-1]
	for i, s := range sources {
		for _, setting := range settings {
			if setting.merge == "same" && setting.differs(&first.Settings, &s.Settings) {
				return fmt.Errorf("cannot merge %s and %s: %s %s and %s", first.File, s.File, setting.name,
					setting.show(&first.Settings), setting.show(&s.Settings))
			}
		}
		if a, b := paths(first.Settings.Target), paths(s.Settings.Target); !slices.Equal(a, b) {
			return fmt.Errorf("cannot merge %s and %s: they load other paths, %s and %s", first.File, s.File, strings.Join(a, " "), strings.Join(b, " "))
		}
		if i > 0 && s.Started.Equal(sources[i-1].Started) && s.Counts == sources[i-1].Counts {
			return fmt.Errorf("cannot merge %s and %s: they are of the same run", sources[i-1].File, s.File)
		}
		if end := s.Started.Add(duration(s.Windows.Ramp + s.Windows.Steady + s.Windows.Drain)); end.Before(last.Started) {
			return fmt.Errorf("cannot merge %s and %s: one had ended when the other began", s.File, last.File)
		}
	}
	return nil
}

// paths are what the addresses ask for, each once. The hosts may differ: a
// server has another name in another network.
func paths(target string) (list []string) {
	for _, address := range strings.Fields(target) {
		path := address
		if u, err := url.Parse(address); err == nil {
			path = "/" + strings.TrimPrefix(u.RequestURI(), "/")
		}
		list = append(list, path)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// allThresholds are those of all reports and the given ones, each once, ordered
// as in the first that has them.
func allThresholds(sources []Source, more []threshold.Threshold) (list []threshold.Threshold, err error) {
	seen := map[string]bool{}
	add := func(t threshold.Threshold) {
		if !seen[t.Text] {
			seen[t.Text] = true
			list = append(list, t)
		}
	}
	for _, s := range sources {
		for _, v := range s.Thresholds {
			t, err := threshold.Parse(v.Threshold)
			if err != nil {
				return nil, fmt.Errorf("cannot merge %s: %w", s.File, err)
			}
			add(t)
		}
	}
	for _, t := range more {
		add(t)
	}
	return list, nil
}

// String is how a note names a generator.
func (g Generator) String() string {
	return strings.Join([]string{g.Name, g.Version, g.Go, g.System}, " ")
}
