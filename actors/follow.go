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
	if unit == Appended {
		return &chunkFollower{growing: growing, text: text, cutter: cutter{borders: text.chunks()}}
	}
	f := &unitFollower{growing: growing, text: text, splitter: splitter{index: text.index(unit)}}
	f.open(0)
	return f
}

// unitFollower follows a text by characters or words.
type unitFollower struct {
	growing Growing
	text    *Text // whose units the splitter has
	from    int   // position that was sought last, which may not have been there
	splitter
}

func (f *unitFollower) Seek(position int) {
	f.from = position
	f.splitter.Seek(position)
}

func (f *unitFollower) Next() (int, string, Supply) {
	for {
		position, text, supply := f.splitter.Next()
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
		f.renew(newest.index(f.index.unit))
	}
}

// chunkFollower follows a text by the chunks that are appended.
type chunkFollower struct {
	growing Growing
	text    *Text // whose chunks the cutter has
	from    int   // as of a unitFollower
	cutter
}

func (f *chunkFollower) Seek(position int) {
	f.from = position
	f.cutter.Seek(position)
}

func (f *chunkFollower) Next() (int, string, Supply) {
	for {
		position, text, supply := f.cutter.Next()
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
		f.borders = newest.chunks()
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
