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

// maxAdminConns returns how many connections the admin listener has for itself: some
// browsers' and Prometheus's, and those of many who come to watch at the same moment.
func maxAdminConns(limit int) int { return min(max(16, limit/256), 64) }

// maxWatchers is how many may watch at the admin listener beside these. They use what
// the public listener has no use for, and are closed when it has.
const maxWatchers = 1000

// ownFiles is how many of the open files are the process's own: its output, the
// log and its next file, the listeners, those of Go's poller and of the watch for
// clients that leave, a certificate that is read anew. They are eleven at rest; a
// connection that is being closed has its file for a moment longer.
const ownFiles = 16

// fileReserve is how many of the open files are kept from connections with
// streams, so that the process, POST /send, the probes and the admin listener
// always have some.
func fileReserve(limit int) int { return max(64, limit/32) }

// maxConns returns how many connections the public listener has at most.
func maxConns(limit int) int { return max(2, limit-ownFiles-maxAdminConns(limit)) }

// maxStreamConns returns how many of these may have streams.
func maxStreamConns(limit int) int { return max(1, limit-fileReserve(limit)) }

// startingFields is what server.starting tells.
func startingFields(config Config, files int) []zap.Field {
	version, _ := build()
	return []zap.Field{
		logs.Version(version),
		logs.CatalogueVersion(),
		logs.Settings(config, config.isChosen),
		logs.OpenFileLimit(files),
		logs.OpenFileReserve(fileReserve(files)),
		logs.StreamLimit(min(config.MaxStreams, maxStreamConns(files))),
	}
}
