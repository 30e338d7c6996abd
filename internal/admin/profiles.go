package admin

import (
	"net/http"
	"net/http/pprof"
	"strconv"
	"time"

	"sseserver/internal/answer"
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
				answer.InvalidParameter("seconds", "seconds must be a whole number from 1 to %d", maxProfileSeconds).
					Between(1, maxProfileSeconds).Write(w)
				return
			}
		}
		select {
		case p.recording <- struct{}{}:
		default:
			busy("another profile or trace is being recorded").Write(w)
			return
		}
		defer func() { <-p.recording }()
		// The server waits for the next request while this one is answered. Its
		// ReadTimeout would end that, and the recording with it.
		_ = http.NewResponseController(w).SetReadDeadline(time.Time{})
		record(w, r)
	}
}

// Seconds after which a refused client should try again.
const (
	retryWhenBusy = 5
	retryWhenDown = 2
)

func busy(detail string) *answer.Problem {
	p := answer.NewProblem(http.StatusServiceUnavailable, logs.CodeBusy, "Busy", detail)
	p.RetryAfter = retryWhenBusy
	return p
}

// noCommandLine stands where package pprof shows the program's flags, among which
// tokens can be.
func noCommandLine(w http.ResponseWriter, _ *http.Request) {
	notFound("the command line may hold tokens and is not shown; the settings are in the log, in server.starting").Write(w)
}

func notFound(detail string) *answer.Problem {
	return answer.NewProblem(http.StatusNotFound, logs.CodeNotFound, "Not found", detail)
}
