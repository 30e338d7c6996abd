package load

import (
	"context"
	"time"
)

// feed is what sends in the steady window what the clients of a worker are to
// receive: a publisher, or producers.
type feed interface {
	// run sends until the end of the steady window. It returns when all is
	// answered, or soon after ctx has ended.
	run(ctx context.Context)

	// endAt says when the steady window ends: what is due before is sent, and
	// nothing else. It may be called once.
	endAt(steady time.Duration)

	// answered tells whether nothing more is to be sent, or to be answered.
	answered() bool

	// await waits for the last answers, so long at most.
	await(most time.Duration)

	// collect adds what it found, once run has returned.
	collect(*Part)
}
