package soak

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"sseserver/bench/internal/host"
)

// What the server is started with. All is small, so that everything happens
// often: messages are evicted for their age and for their number, and whoever
// does not read is found out within seconds.
const (
	messageTTL   = 8 * time.Second
	maxMessages  = 60
	writeTimeout = 2 * time.Second
	drain        = 2 * time.Second
)

// subject is one of the servers that are soaked.
type subject struct {
	*host.Process
	name  string
	tls   bool
	addr  string
	admin string // http://host:port
	dir   string // of its log files
	turns int    // rotations so far; the rotating goroutine's
}

// base is the address of its API.
func (s *subject) base() string {
	if s.tls {
		return "https://" + s.addr
	}
	return "http://" + s.addr
}

// start starts the program in a directory of its own.
func start(ctx context.Context, program, dir, name string, tls bool) (*subject, error) {
	s := &subject{name: name, tls: tls, dir: filepath.Join(dir, name)}
	if err := os.Mkdir(s.dir, 0o755); err != nil { // the logs of another soak would not add up with these
		return nil, fmt.Errorf("soak: %w", err)
	}
	var err error
	if s.addr, err = host.FreeAddr(); err != nil {
		return nil, err
	}
	admin, err := host.FreeAddr()
	if err != nil {
		return nil, err
	}
	s.admin = "http://" + admin
	s.Process, err = host.Start(host.AnyCore, host.Command{
		Args: []string{
			program, "--addr", s.addr, "--admin-addr", admin, "--log-file", s.log(), "--tls-self-signed=" + strconv.FormatBool(tls),
			"--message-ttl", messageTTL.String(), "--max-messages", strconv.Itoa(maxMessages), "--max-message-bytes", "256KiB", "--max-store-bytes", "4MiB",
			"--write-timeout", writeTimeout.String(), "--heartbeat", "1s", "--drain", drain.String(),
		},
		Env: []string{"GORACE=log_path=" + filepath.Join(s.dir, "race")}, // it adds .PID
	})
	if err != nil {
		return nil, err
	}
	if err := s.Ready(ctx, s.addr); err != nil {
		s.Stop()
		return nil, err
	}
	return s, nil
}

// log is the file that the server writes to.
func (s *subject) log() string { return filepath.Join(s.dir, "server.log") }

// rotated is the name that it gets in the nth rotation.
func (s *subject) rotated(n int) string { return fmt.Sprintf("%s.%06d", s.log(), n) }

// rotate renames the log, sends SIGHUP and waits for the next file.
func (s *subject) rotate(ctx context.Context) error {
	s.turns++
	if err := os.Rename(s.log(), s.rotated(s.turns)); err != nil {
		return fmt.Errorf("soak: %w", err)
	}
	if err := syscall.Kill(s.PID(), syscall.SIGHUP); err != nil {
		return fmt.Errorf("soak: SIGHUP: %w", err)
	}
	return await(ctx, func() error {
		_, err := os.Stat(s.log())
		return err
	})
}

// logs are all its files, oldest first.
func (s *subject) logs() (files []string) {
	for n := range s.turns {
		files = append(files, s.rotated(n+1))
	}
	return append(files, s.log())
}

// state is what a server says of itself at one moment, and the kernel of it.
type state struct {
	streams, goroutines, stored int
	opened, submitted           int // so far
	descriptors                 int
}

// look reads the descriptors, the goroutines and the metrics. Its connections are
// closed afterwards, and so are in none of them the next time.
func (s *subject) look(ctx context.Context) (st state, err error) {
	files, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", s.PID()))
	if err != nil {
		return st, fmt.Errorf("soak: %w", err)
	}
	// The metric go_goroutines also counts those that collect the metrics, by
	// chance more or fewer.
	profile, err := s.page(ctx, "/debug/pprof/goroutine?debug=1")
	if err != nil {
		return st, err
	}
	text, err := s.page(ctx, "/metrics")
	if err != nil {
		return st, err
	}
	if st, err = parseState(strings.NewReader(text)); err != nil {
		return st, err
	}
	st.descriptors = len(files)
	if _, err = fmt.Sscanf(profile, "goroutine profile: total %d", &st.goroutines); err != nil {
		return st, fmt.Errorf("soak: goroutine profile %.40q: %w", profile, err)
	}
	return st, nil
}

// page gets a page of the admin listener over a connection of its own.
func (s *subject) page(ctx context.Context, path string) (text string, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.admin+path, http.NoBody)
	if err != nil {
		return "", err
	}
	request.Close = true
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return string(body), err
}

// parseState picks the state out of Prometheus's text format.
//
//	sseserver_streams_active{kind="characters"} 50
func parseState(text io.Reader) (st state, err error) {
	figures := map[string]*int{
		"sseserver_streams_active": &st.streams, "sseserver_messages_stored": &st.stored,
		"sseserver_streams_opened_total": &st.opened, "sseserver_messages_submitted_total": &st.submitted,
	}
	for lines := bufio.NewScanner(text); lines.Scan(); {
		name, number, _ := strings.Cut(lines.Text(), " ")
		name, _, _ = strings.Cut(name, "{")
		figure := figures[name]
		if figure == nil {
			continue
		}
		n, err := strconv.ParseFloat(number, 64)
		if err != nil {
			return st, fmt.Errorf("soak: metric %q", lines.Text())
		}
		*figure += int(n) // of every label
	}
	return st, nil
}

// patience is how long something may take to come true once nothing disturbs it
// any more; under the race detector, and on a busy machine.
const patience = 30 * time.Second

// await asks again and again until there is no error, and returns the last one
// if that takes too long.
func await(ctx context.Context, ask func() error) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		err := ask()
		if err == nil {
			return nil
		}
		select {
		case <-time.After(100 * time.Millisecond):
		case <-ctx.Done():
			return errors.Join(err, ctx.Err())
		}
	}
}
