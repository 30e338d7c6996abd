package field

import (
	"context"
	"fmt"
	"os"
	"os/user"
	"slices"
	"strconv"
	"strings"

	"sseserver/bench/internal/host"
)

// nchan is Debian's nginx with Nchan. It fans out what is published, and knows
// no schedule of a single client; so the benchmark publishes at the rate of the
// streams, to one channel or ten whose subscribers share what they get. That is
// less work than the others do, and leaves out the publisher's side.
type nchan struct {
	channels int    // 1 or 10
	channel  string // of a subscriber, in the language of nginx's configuration
}

var debianPackages = []string{"nginx", "libnginx-mod-nchan"}

// Install takes what is installed, or else unpacks Debian's packages: that starts
// no service and leaves nothing behind. The libraries that nginx needs are on any
// Debian.
func (nchan) Install(ctx context.Context, w *Workshop) (string, error) {
	versions, err := w.command(ctx, w.Dir, append([]string{"dpkg-query", "-W"}, debianPackages...)...)
	if err != nil {
		if err := unpackNchan(ctx, w); err != nil {
			return "", err
		}
		versions, err = w.command(ctx, w.Dir, "sh", "-c", `for deb in debian/*.deb; do dpkg-deb --show "$deb"; done`)
	}
	return strings.NewReplacer("\t", " ", "\n", ", ").Replace(versions), err
}

func unpackNchan(ctx context.Context, w *Workshop) error {
	dir := w.path("debian")
	if exists(dir) {
		return nil // by the other entry
	}
	w.Log.Print("fetching nginx and Nchan from Debian")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("field: %w", err)
	}
	if _, err := w.command(ctx, dir, append([]string{"apt-get", "download", "-q"}, debianPackages...)...); err != nil {
		return fmt.Errorf("%w\n(are the package lists there? as root: apt-get update)", err)
	}
	_, err := w.command(ctx, dir, "sh", "-c", `for deb in *.deb; do dpkg-deb --extract "$deb" .; done`)
	return err
}

// installed finds a file of Debian's packages: where they were unpacked, or else
// in the system.
func installed(w *Workshop, file string) string {
	if unpacked := w.path("debian", file); exists(unpacked) {
		return unpacked
	}
	return file
}

// inOwnVarLib runs a command that sees an empty /var/lib, which nobody else does.
// Nchan makes nginx want a directory in /var/lib/nginx, whatever is configured,
// and where Debian's packages were only unpacked there is none. It takes root.
var inOwnVarLib = []string{
	"unshare", "--mount", "sh", "-ec", `mount -t tmpfs none /var/lib; mkdir /var/lib/nginx; exec "$@"`, "sh",
}

func exists(file string) bool {
	_, err := os.Stat(file)
	return err == nil
}

func (n nchan) Start(ctx context.Context, w *Workshop, work Work) (*Running, error) {
	addr, err := host.FreeAddr()
	if err != nil {
		return nil, err
	}
	dir := w.path("nchan")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("field: %w", err)
	}
	config, err := n.config(w, addr)
	if err != nil {
		return nil, err
	}
	args := []string{installed(w, "/usr/sbin/nginx"), "-p", dir, "-e", "stderr", "-c", config}
	if !exists("/var/lib/nginx") {
		args = slices.Concat(inOwnVarLib, args)
	}
	running, err := w.launch(ctx, addr, "/stream", host.Command{Args: args})
	if err != nil {
		return nil, err
	}
	running.OwnSchedule = true // a subscriber joins what is under way
	running.publisher = publish(w.Log, "http://"+addr+"/publish/", n.channels, work.Interval)
	return running, nil
}

func (n nchan) config(w *Workshop, addr string) (file string, err error) {
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
		"USER", me.Username, "FILES", strconv.FormatUint(w.Files, 10), "ADDR", addr, "CHANNEL", n.channel,
	).Replace(string(text))
	file = w.path("nchan", "nginx.conf")
	return file, os.WriteFile(file, []byte(filled), 0o644)
}
