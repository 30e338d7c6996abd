package actors

// Growing is a text that may still grow.
type Growing interface {
	// Newest returns the text as it is now. Any goroutine may call it.
	Newest() *Text
}

// Follow returns a source of the units of a text that may still grow. It waits
// where that has no more, and ends where it has ended.
func Follow(growing Growing, unit Unit) Source {
	text := growing.Newest()
	return &follower{growing: growing, text: text, units: text.units(unit)}
}

// units is a source of the units that a text has.
type units interface {
	Source
	// renew goes on with the same text, which has grown, where all was read.
	renew(text *Text)
}

// follower has the units of a text until there are no more, and then those of what
// has become of it.
type follower struct {
	growing Growing
	text    *Text
	units   units // of text
	from    int   // position that was sought, which may not have been there
}

func (f *follower) Seek(position int) {
	f.from = position
	f.units.Seek(position)
}

func (f *follower) Next() (int, string, Supply) {
	for {
		position, text, supply := f.units.Next()
		if supply == Ready && position < f.from {
			continue
		}
		if supply == Ready || f.text.ended {
			return max(position, f.from), text, supply
		}
		newest := f.growing.Newest()
		if newest == f.text {
			return max(position, f.from), "", Wait
		}
		f.text = newest
		f.units.renew(newest)
	}
}

// Job is something that tells how far it is.
type Job interface {
	// Progress returns how far the job is, in percent, -1 if it has not told yet;
	// what it does; and whether it has ended. Any goroutine may call it.
	Progress() (percent int, activity string, ended bool)
}

// FollowProgress returns a source of the progress of a job: of several percents
// that came meanwhile, the last one. The last percent comes when the job has ended.
func FollowProgress(job Job) Source { return &jobFollower{job: job} }

type jobFollower struct {
	job  Job
	next int // the least percent that is new
}

func (f *jobFollower) Seek(percent int) { f.next = percent }

func (f *jobFollower) Next() (int, string, Supply) {
	percent, activity, ended := f.job.Progress()
	switch {
	case percent >= f.next && (percent < LastPercent || ended):
		f.next = percent + 1
		return percent, activity, Ready
	case ended:
		return f.next, "", End
	default:
		return f.next, "", Wait
	}
}
