package field

import (
	"context"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"

	"sseserver/bench/internal/host"
)

// nchan is Debian's nginx with Nchan. It fans out what is published, and knows
// no schedule of a single client; so the benchmark publishes at the rate of the
// streams, to a few channels whose subscribers share what they get. That is
// less work than the others do, and leaves out the publisher's side.
type nchan struct{}

// channels is a power of ten, since the configuration shares the subscribers
// out by decimal digits. With ten, each burst of the 2 000 streams is 200
// events, and publishing costs nginx next to nothing.
const (
	channels      = 10
	channelDigits = `\d`
)

func (nchan) Install(ctx context.Context, w *Workshop) (string, error) {
	packages := []string{"nginx", "libnginx-mod-nchan"}
	if versions, err := w.command(ctx, w.Dir, append([]string{"dpkg-query", "-W"}, packages...)...); err == nil {
		return inOneLine(versions), nil
	}
	// Unpacked rather than installed: it needs no root, starts no service and
	// leaves nothing behind. The libraries that nginx needs come with any Debian.
	w.Log.Print("fetching nginx and Nchan from Debian")
	if err := os.MkdirAll(w.path("debian"), 0o755); err != nil {
		return "", fmt.Errorf("field: %w", err)
	}
	if _, err := w.command(ctx, w.path("debian"), append([]string{"apt-get", "download", "-q"}, packages...)...); err != nil {
		return "", fmt.Errorf("%w\n(are the package lists there? as root: apt-get update)", err)
	}
	files, err := filepath.Glob(w.path("debian", "*.deb"))
	if err != nil {
		return "", fmt.Errorf("field: %w", err)
	}
	var versions []string
	for _, file := range files {
		version, err := w.command(ctx, w.Dir, "dpkg-deb", "--show", file)
		if err != nil {
			return "", err
		}
		versions = append(versions, version)
		if _, err := w.command(ctx, w.Dir, "dpkg-deb", "--extract", file, w.path("debian")); err != nil {
			return "", err
		}
	}
	return inOneLine(strings.Join(versions, "\n")), nil
}

// inOneLine turns lines of "package<tab>version" into one.
func inOneLine(versions string) string {
	return strings.NewReplacer("\t", " ", "\n", ", ").Replace(versions)
}

// installed finds a file of Debian's packages: where they were unpacked, or else
// in the system.
func installed(w *Workshop, file string) string {
	if unpacked := w.path("debian", file); exists(unpacked) {
		return unpacked
	}
	return file
}

func exists(file string) bool {
	_, err := os.Stat(file)
	return err == nil
}

func (nchan) Start(ctx context.Context, w *Workshop, work Work) (*Running, error) {
	addr, err := host.FreeAddr()
	if err != nil {
		return nil, err
	}
	dir := w.path("nchan")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("field: %w", err)
	}
	config, err := nchanConfig(w, addr)
	if err != nil {
		return nil, err
	}
	running, err := w.launch(ctx, addr, "/stream", host.Command{
		Args: []string{installed(w, "/usr/sbin/nginx"), "-p", dir, "-e", "stderr", "-c", config},
	})
	if err != nil {
		return nil, err
	}
	running.OwnSchedule = true // a subscriber joins what is under way
	running.publisher = publish(w.Log, "http://"+addr+"/publish/", channels, work.Interval)
	return running, nil
}

func nchanConfig(w *Workshop, addr string) (file string, err error) {
	text, err := os.ReadFile(w.bench("peers", "nchan", "nginx.conf"))
	if err != nil {
		return "", fmt.Errorf("field: %w", err)
	}
	me, err := user.Current()
	if err != nil {
		return "", fmt.Errorf("field: %w", err)
	}
	filled := strings.NewReplacer(
		"MODULE", installed(w, "/usr/lib/nginx/modules/ngx_nchan_module.so"),
		"USER", me.Username, "FILES", strconv.FormatUint(w.Files, 10), "ADDR", addr, "DIGITS", channelDigits,
	).Replace(string(text))
	file = w.path("nchan", "nginx.conf")
	return file, os.WriteFile(file, []byte(filled), 0o644)
}
