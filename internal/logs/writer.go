package logs

import "time"

// retryInterval is how long the writer waits after a write that failed.
const retryInterval = 250 * time.Millisecond

// pause is how long the writer lets lines gather after a write, since a write costs more
// than a line. The first line after a silence is written at once, and so are errors with
// the lines before them. A process that is killed loses the other lines of its last pause.
const pause = 5 * time.Millisecond

// writer is the one goroutine that opens, writes and closes the log. It alone
// waits for a disk that is full or a pipe that nobody reads.
type writer struct {
	queue    *queue
	sink     *sink
	reopened func(error)

	batch []byte // taken from the queue
	rest  []byte // of batch, not written yet
}

// run writes until the queue is closed. What cannot be written stays queued and is tried
// again, after the close only once.
func (w *writer) run() {
	defer close(w.queue.done)
	defer w.sink.close()
	for {
		reopen, closing := w.queue.asked()
		wait := pause
		err := w.writeAll()
		if reopen { // what was logged before is in the old file, if that takes it
			w.reopened(w.sink.open())
			err = w.writeAll()
		}
		if err != nil {
			w.queue.failed()
			wait = retryInterval
		}
		if closing {
			return
		}
		select {
		case <-time.After(wait):
		case <-w.queue.hurry:
		}
		if err == nil {
			<-w.queue.wake
		}
	}
}

// writeAll writes all that is queued, a piece at a time.
func (w *writer) writeAll() error {
	for {
		if len(w.rest) == 0 && !w.next() {
			return nil
		}
		n, err := w.sink.write(w.rest)
		w.rest = w.rest[n:]
		w.queue.wrote(n)
		if err != nil {
			return err
		}
	}
}

// next takes the next lines from the queue, if there are any.
func (w *writer) next() bool {
	w.queue.recycle(w.batch)
	w.batch = w.queue.take()
	if len(w.batch) == 0 {
		w.queue.settled()
		w.batch = w.queue.take()
	}
	w.rest = w.batch
	return len(w.rest) > 0
}
