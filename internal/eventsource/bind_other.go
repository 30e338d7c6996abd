//go:build !linux || portable

package eventsource

import "syscall"

func bindLate(string, string, syscall.RawConn) error { return nil }
