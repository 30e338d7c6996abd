package main

import (
	"context"
	"net/http"
	"time"

	"sseserver/assets"
	"sseserver/internal/admin"
	"sseserver/internal/logs"
	"sseserver/internal/metrics"
)

// wireAdmin makes what serves the admin listener. files is the limit of open files.
func (pr *program) wireAdmin(files int) *http.Server {
	beside := pr.api.NewBeside(maxAdminConns(files), maxWatchers)
	config := adminConfig(pr.config, pr.metrics, pr.output)
	config.Streams, config.Stats, config.Hold = pr.broker, pr.stats, beside.Hold
	pr.operator = admin.New(config)
	server := adminServer(pr.operator, pr.output)
	beside.Bound(server)
	return server
}

// adminConfig is what the settings mean to the admin listener.
func adminConfig(c Config, m *metrics.Metrics, output *logs.Output) admin.Config {
	config := admin.Config{
		Metrics: m, Output: output, Pages: assets.Admin(), Shared: assets.FS(),
		Token: c.AdminToken, Hosts: c.adminHosts(), WriteTimeout: c.WriteTimeout, Heartbeat: c.Heartbeat,
	}
	if c.hasOperatorPages() {
		config.Drafts = pageDir(c.Assets)
	}
	if c.Heartbeat == 0 { // which is off, but admin's default
		config.Heartbeat = -1
	}
	return config
}

// adminServer serves the admin listener. A profile that records for a time has
// that time on top of its WriteTimeout.
func adminServer(handler http.Handler, output *logs.Output) *http.Server {
	return &http.Server{
		Handler:        handler,
		ReadTimeout:    10 * time.Second,
		WriteTimeout:   time.Minute,
		IdleTimeout:    2 * time.Minute,
		MaxHeaderBytes: 16 << 10,
		ErrorLog:       logs.StdLog(output.Logger.Named("admin")),
	}
}

// endAdmin ends the admin listener, after those who watch have seen the last lines of
// the log.
func (pr *program) endAdmin() {
	if pr.admin == nil {
		return
	}
	pr.operator.End()
	grace, cancel := context.WithTimeout(context.Background(), flushTime)
	defer cancel()
	_ = pr.admin.server.Shutdown(grace)
	_ = pr.admin.server.Close()
}
