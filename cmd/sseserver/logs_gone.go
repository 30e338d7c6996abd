package main

import (
	"context"
	"os"

	"golang.org/x/sys/unix"
)

// gonePause is how often it is looked whether somebody still reads, in milliseconds.
const gonePause = 500

// endWhenGone ends the subcommand when nobody reads its output any more, also while
// there is nothing to write, from which it would learn that: `logs follow | head -1`.
// It returns when ctx has ended.
func (o *output) endWhenGone(ctx context.Context) {
	pipe, ok := o.Writer.(*os.File)
	if !ok {
		return
	}
	// Without events to wait for, poll tells only of what is wrong (poll(2)); of a file
	// nothing ever is. A poll cannot be broken off, so it is a short one.
	watched := []unix.PollFd{{Fd: int32(pipe.Fd())}}
	for ctx.Err() == nil {
		if n, err := unix.Poll(watched, gonePause); n > 0 && err == nil {
			o.leave()
			return
		}
	}
}
