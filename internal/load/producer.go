package load

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"time"

	"sseserver/internal/load/produce"
	"sseserver/internal/load/track"
)

// producer appends to one live message. run is its goroutine.
type producer struct {
	*producers
	number  int // of the message, in the whole run
	live    *track.Live
	message *produce.Message

	// Owned by run's goroutine.
	pipe   *produce.Pipe // nil if there is none, or none now
	timer  *time.Timer
	tried  tries
	sent   int64     // bytes that the server has, as far as is known
	digest hash.Hash // of these
	chunk  []byte
}

func (p *producer) run(ctx context.Context) {
	p.digest, p.timer = sha256.New(), time.NewTimer(0)
	defer p.timer.Stop()
	defer p.message.Close()
	defer p.hangUp()
	p.connect(ctx)
	for k := int64(0); ; k++ {
		due := p.live.Due(k)
		p.wait(ctx, due)
		switch {
		case p.over(due):
			p.complete(ctx, k)
			return
		case !p.append(ctx, k, due):
			p.giveUp(ctx, k)
			return
		}
	}
}

// connect makes the connection in the ramp, where clients make theirs. If it
// cannot, the first chunk tries again.
func (p *producer) connect(ctx context.Context) {
	ramp := p.worker.windows.Ramp
	p.wait(ctx, time.Duration(float64(ramp)*float64(p.number)/float64(p.worker.job.Config.Live.Messages)))
	if p.over(p.live.Due(0)) {
		return
	}
	var err error
	if p.worker.job.Config.Live.Pipe {
		err = p.open(ctx, 0)
	} else {
		_, err = p.message.Standing(ctx)
	}
	if err != nil {
		p.count(ctx, err)
	}
}

// wait waits for a moment, or until the steady window has ended, or for the end
// of ctx.
func (p *producer) wait(ctx context.Context, moment time.Duration) {
	left := moment - p.worker.now()
	if left <= 0 {
		return
	}
	p.timer.Reset(left)
	select {
	case <-p.timer.C:
	case <-p.ending: // which is not before the end, so the moment is after it
	case <-ctx.Done():
	}
}

// append sends a chunk until the server has it. It says false if that will not
// be.
func (p *producer) append(ctx context.Context, k int64, due time.Duration) bool {
	size := int64(p.worker.job.Config.Live.Bytes)
	p.live.Sending(k)
	for p.sent < (k+1)*size {
		p.chunk = p.live.AppendText(p.chunk[:0], p.sent, (k+1)*size)
		begun := p.worker.now()
		err := p.send(ctx, k)
		if err == nil {
			now := p.worker.now()
			p.tried.row = 0
			p.live.Answered(k, now)
			p.took(due, p.answerTime(now-begun))
			p.reach((k + 1) * size)
			return true
		}
		if err = p.recover(ctx, err); err != nil {
			p.count(ctx, err)
			return false
		}
	}
	// The answer was lost, and not the chunk.
	p.live.Answered(k, p.worker.now())
	p.took(due, -1)
	return true
}

// send sends p.chunk, which completes chunk k.
func (p *producer) send(ctx context.Context, k int64) error {
	switch {
	case !p.worker.job.Config.Live.Pipe:
		_, err := p.message.Append(ctx, k, p.chunk)
		return err
	case p.pipe == nil:
		return errNoPipe
	}
	return p.pipe.Write(p.chunk)
}

// errNoPipe is not counted: what broke the pipe was.
var errNoPipe = errors.New("the pipe is broken")

// answerTime is what a chunk took, or less than 0 where there is no answer to
// it.
func (p *producer) answerTime(took time.Duration) time.Duration {
	if p.worker.job.Config.Live.Pipe {
		return -1
	}
	return took
}

// reach notes that the server has so many bytes. They may be fewer than before,
// if what was written to a pipe was lost with it.
func (p *producer) reach(bytes int64) {
	if bytes < p.sent {
		p.digest.Reset()
		p.sent = 0
	}
	for p.sent < bytes {
		end := min(p.sent+maxAppendBytes, bytes)
		p.chunk = p.live.AppendText(p.chunk[:0], p.sent, end)
		p.digest.Write(p.chunk)
		p.sent = end
	}
}

// recover finds out after an error how much the server has, as often as it
// takes. If there is no hope, or no time, it returns why.
func (p *producer) recover(ctx context.Context, err error) error {
	p.hangUp()
	for {
		if refusal, ok := errors.AsType[*produce.Refusal](err); ok && refusal.Final() {
			return err
		}
		p.count(ctx, err)
		p.pause(ctx, p.goElsewhere(err))
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err = p.resume(ctx); err == nil {
			return nil
		}
	}
}

// resume goes on behind what the server has.
func (p *producer) resume(ctx context.Context) error {
	standing, err := p.message.Standing(ctx)
	if err != nil {
		return err
	}
	p.reach(standing.Bytes)
	if !p.worker.job.Config.Live.Pipe {
		return nil
	}
	return p.open(ctx, standing.Position)
}

// count counts an error, but not those that follow from another one, or from the
// end of the run.
func (p *producer) count(ctx context.Context, err error) {
	if ctx.Err() == nil && err != errNoPipe {
		p.failed(err)
	}
}

func (p *producer) pause(ctx context.Context, d time.Duration) {
	if d == 0 {
		return
	}
	p.timer.Reset(d)
	select {
	case <-p.timer.C:
	case <-ctx.Done():
	}
}

// open begins a pipe behind what the server has.
func (p *producer) open(ctx context.Context, position int64) (err error) {
	p.pipe, err = p.message.Pipe(ctx, position)
	return err
}

func (p *producer) hangUp() {
	if p.pipe != nil {
		p.pipe.Close()
		p.pipe = nil
	}
}

// complete ends the message, which has so many chunks.
func (p *producer) complete(ctx context.Context, chunks int64) {
	size := p.sent
	p.live.Ending(size, hex.EncodeToString(p.digest.Sum(nil)))
	err := p.finish(ctx, size)
	for err != nil {
		if err = p.recover(ctx, err); err == nil {
			err = p.finish(ctx, size)
			continue
		}
		if isClosed(err) { // it was completed, unless it has failed
			err = p.message.Complete(ctx)
		}
		if err != nil {
			p.count(ctx, err)
			p.giveUp(ctx, chunks)
			return
		}
	}
	p.live.Completed(p.worker.now())
}

// finish sends what is missing of the text, and says that this is all.
func (p *producer) finish(ctx context.Context, size int64) error {
	switch {
	case !p.worker.job.Config.Live.Pipe:
		return p.message.Complete(ctx)
	case p.pipe == nil:
		return errNoPipe
	}
	if p.sent < size {
		p.chunk = p.live.AppendText(p.chunk[:0], p.sent, size)
		if err := p.pipe.Write(p.chunk); err != nil {
			return err
		}
		p.reach(size)
	}
	_, err := p.pipe.Finish()
	p.pipe = nil
	return err
}

func isClosed(err error) bool {
	refusal, ok := errors.AsType[*produce.Refusal](err)
	return ok && refusal.Code == "message_closed"
}

// giveUp counts what is due from chunk k on as not taken, and the message as not
// completed.
func (p *producer) giveUp(ctx context.Context, k int64) {
	p.live.GiveUp()
	n := uint64(0)
	for due := p.live.Due(k); due < p.worker.now() && !p.over(due); due = p.live.Due(k) {
		n++
		k++
	}
	p.unsent(n)
	if ctx.Err() != nil {
		p.failed(errUnsent)
	}
}
