package httpapi

import (
	"net/http"
	"net/http/pprof"
	"strconv"
	"time"

	"sseserver/internal/logs"
)

// profiles serves /debug/pprof/. What records for a time costs time and memory
// while it does, so there is one recording at most, and an end to it.
type profiles struct {
	recording chan struct{} // has room for the one recording
}

const maxProfileSeconds = 60

func newProfiles() profiles { return profiles{make(chan struct{}, 1)} }

// index serves the list of profiles, and the profiles that are taken in a moment
// unless the query asks for the difference that some seconds make.
func (p profiles) index(w http.ResponseWriter, r *http.Request) {
	if r.FormValue("seconds") != "" {
		p.timed(pprof.Index)(w, r)
		return
	}
	pprof.Index(w, r)
}

// timed bounds a handler that records for as long as the parameter "seconds"
// says, which is read as package pprof does.
func (p profiles) timed(record http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if text := r.FormValue("seconds"); text != "" {
			if n, err := strconv.Atoi(text); err != nil || n < 1 || n > maxProfileSeconds {
				invalidParameter("seconds", "seconds must be a whole number from 1 to %d", maxProfileSeconds).
					between("1", strconv.Itoa(maxProfileSeconds)).write(w)
				return
			}
		}
		select {
		case p.recording <- struct{}{}:
		default:
			recordingAlready().write(w)
			return
		}
		defer func() { <-p.recording }()
		// The server waits for the next request while this one is answered. Its
		// ReadTimeout would end that, and the recording with it.
		_ = http.NewResponseController(w).SetReadDeadline(time.Time{})
		record(w, r)
	}
}

func recordingAlready() *problem {
	return &problem{
		Status: http.StatusServiceUnavailable, Code: logs.CodeBusy, Title: "Busy",
		Detail: "another profile or trace is being recorded", retryAfter: retryWhenFull,
	}
}

// noCommandLine stands where package pprof shows the program's flags, among which
// tokens can be.
func noCommandLine(w http.ResponseWriter, _ *http.Request) {
	(&problem{
		Status: http.StatusNotFound, Code: logs.CodeNotFound, Title: "Not found",
		Detail: "the command line may hold tokens and is not shown; the settings are in the log, in server.starting",
	}).write(w)
}
