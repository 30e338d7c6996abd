package docscheck

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"sseserver/internal/ports"
)

// nginxConf is what nginx needs around the server that the document shows: all
// that it writes is in a directory of its own.
const nginxConf = `%s
daemon off;
%s
worker_processes 1;
pid nginx.pid;
error_log stderr error;
events { worker_connections 512; }
http {
access_log off;
client_body_temp_path body;
proxy_temp_path proxy;
fastcgi_temp_path fastcgi;
uwsgi_temp_path uwsgi;
scgi_temp_path scgi;
%s
}
`

// nchanModule finds the module of Debian's package, if nginx could use it here.
func nchanModule() string {
	const module = "/usr/lib/nginx/modules/ngx_nchan_module.so"
	for _, path := range []string{module, "/var/lib/nginx"} { // Nchan wants that directory
		if _, err := os.Stat(path); err != nil {
			return ""
		}
	}
	return module
}

// startNchan runs nginx with the server that the document shows.
func startNchan(t *testing.T, server string) string {
	t.Helper()
	return startNginx(t, "load_module "+nchanModule()+";", server, "127.0.0.1:8080")
}

// startNginx runs nginx with a module and a server, which instead of at shown
// listens at the address that is returned.
func startNginx(t *testing.T, module, server, shown string) string {
	t.Helper()
	row, err := ports.Reserve(0, 1)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(row.Free)
	dir, addr := t.TempDir(), row.At(0)
	user := "" // of the workers; only root may say so
	if os.Geteuid() == 0 {
		user = "user root;"
	}
	conf := fmt.Sprintf(nginxConf, module, user, strings.Replace(server, shown, addr, 1))
	if err := os.WriteFile(filepath.Join(dir, "nginx.conf"), []byte(conf), 0o600); err != nil {
		t.Fatal(err)
	}
	var errors strings.Builder
	nginx := exec.Command("nginx", "-p", dir, "-c", "nginx.conf", "-e", "stderr")
	nginx.Stderr = &errors
	if err := nginx.Start(); err != nil {
		t.Fatal(err)
	}
	exited, gone := context.WithCancel(context.Background())
	go func() { // it ends with nginx, which the cleanup waits for
		_ = nginx.Wait()
		gone()
	}()
	t.Cleanup(func() {
		_ = nginx.Process.Signal(syscall.SIGTERM)
		<-exited.Done()
	})
	retry := time.NewTicker(10 * time.Millisecond)
	defer retry.Stop()
	for ; exited.Err() == nil; <-retry.C {
		if conn, err := net.Dial("tcp", addr); err == nil {
			_ = conn.Close()
			return "http://" + addr
		}
	}
	t.Fatalf("nginx ended: %s", errors.String())
	return ""
}
