package load

import (
	"cmp"
	"context"
	"time"

	"sseserver/internal/load/measure"
	"sseserver/internal/load/track"
)

// Job is what one worker has to do: the clients i with i mod Config.Processes
// == Process.
type Job struct {
	Config     Config     `json:"config"`
	Process    int        `json:"process"`
	Nonce      uint64     `json:"nonce"`                 // another in each run
	Clock      Clock      `json:"clock"`                 // for Config.Timestamp
	MessageIDs []string   `json:"message_ids,omitempty"` // of its clients in turn; of the servers, if all clients of one share it; its live messages; none with Config.URLs
	Rows       [][]string `json:"rows,omitempty"`        // of its clients in turn, for placeholders
	Faulty     bool       `json:"faulty,omitempty"`      // something goes wrong in the streams on purpose
}

// clients is how many clients the job has.
func (j *Job) clients() int { return j.Config.share(j.Process) }

// client is the number, in the whole run, of the job's i-th client.
func (j *Job) client(i int) int { return j.Process + i*j.Config.Processes }

// take keeps those of the messages that its clients need.
func (j *Job) take(ids []string) {
	switch {
	case j.Config.Shared:
		j.MessageIDs = ids
		return
	case j.Config.Live.On:
		for i := range j.Config.liveShare(j.Process) {
			j.MessageIDs = append(j.MessageIDs, ids[j.liveMessage(i)])
		}
		return
	}
	for i := range j.clients() {
		j.MessageIDs = append(j.MessageIDs, ids[j.client(i)])
	}
}

// messageID is what the job's i-th client reads.
func (j *Job) messageID(i int) string {
	if len(j.MessageIDs) == 0 {
		return ""
	}
	if j.Config.Shared {
		i = j.client(i)
	}
	return j.MessageIDs[i%len(j.MessageIDs)]
}

// asker is the job's i-th client, about to read its round-th stream.
func (j *Job) asker(i, round int) asker {
	who := asker{client: j.client(i), messageID: j.messageID(i)}
	who.stream = who.client + round*j.Config.Clients
	if i < len(j.Rows) {
		who.row = j.Rows[i]
	}
	return who
}

// Part is what one worker found.
type Part struct {
	Windows     track.Windows `json:"windows"` // as they came to be
	Tally       measure.Tally `json:"tally"`
	Health      Health        `json:"health"`
	Interrupted bool          `json:"interrupted"`

	PublishRefusal string `json:"publish_refusal,omitempty"` // why the first publication failed that did
	AppendRefusal  string `json:"append_refusal,omitempty"`  // why the first append failed that did
}

// Merge adds what another worker of the same run found.
func (p *Part) Merge(from *Part) {
	p.Windows.Ramp = max(p.Windows.Ramp, from.Windows.Ramp)
	p.Windows.Steady = max(p.Windows.Steady, from.Windows.Steady)
	p.Windows.End = max(p.Windows.End, from.Windows.End)
	p.Tally.Merge(&from.Tally)
	p.Health.Merge(from.Health)
	p.Interrupted = p.Interrupted || from.Interrupted
	p.PublishRefusal += from.PublishRefusal // one of them publishes
	p.AppendRefusal = cmp.Or(p.AppendRefusal, from.AppendRefusal)
}

// Tick is one second of one worker that has just passed, for whoever watches.
// Its latenesses are those that became known in it: also of events that were due
// in seconds before it.
type Tick struct {
	Second int            `json:"second"`
	Window measure.Window `json:"window"` // that it began in
	Of     measure.Second `json:"of"`
}

// executor is a worker, in this process or in another.
type executor interface {
	// ready returns when the worker can start.
	ready(ctx context.Context) error

	// discard ends a worker that is ready, but will not run.
	discard() error

	// run does the job from the given moment on, until it is done or ctx ends:
	// then it returns what it has, which takes a little. Ticks are given while
	// it runs, one at a time.
	run(ctx context.Context, start time.Time, tick func(Tick)) (*Part, error)
}
