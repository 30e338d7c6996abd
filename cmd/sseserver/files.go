package main

import (
	"math"
	"syscall"

	"sseserver/internal/logs"

	"go.uber.org/zap"
)

// openFileLimit returns how many files the process may have open. Go raises the
// soft limit to the hard one at start.
func openFileLimit() int {
	var limit syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit) != nil || limit.Cur > math.MaxInt32 {
		return math.MaxInt32
	}
	return int(limit.Cur)
}

// fileReserve is how many of the open files are kept from streams, so that POST
// /send, the probes and the admin listener can always be answered.
func fileReserve(limit int) int { return max(32, limit/32) }

// maxConns returns how many connections may be open when a stream is accepted.
func maxConns(limit int) int { return max(1, limit-fileReserve(limit)) }

// maxWaiting returns how many connections may wait for a request when there are
// that many: half of the reserve, so that the other half is for what is under way.
func maxWaiting(limit int) int { return fileReserve(limit) / 2 }

// startingFields is what server.starting tells.
func startingFields(config Config, files int) []zap.Field {
	version, _ := build()
	return []zap.Field{
		logs.Version(version),
		logs.Settings(config),
		logs.OpenFileLimit(files),
		logs.OpenFileReserve(fileReserve(files)),
		logs.StreamLimit(min(config.MaxStreams, maxConns(files))),
	}
}
