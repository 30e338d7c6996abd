package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"syscall"
	"time"

	"sseserver/broker"
	"sseserver/httpapi"
	"sseserver/internal/admin"
	"sseserver/internal/jetstream"
	"sseserver/internal/logs"
	"sseserver/internal/metrics"
	"sseserver/internal/tlscert"

	"go.uber.org/zap"
)

// process is what the program gets from the system, so that a test can be it.
type process struct {
	args           []string // without the program's name
	env            func(string) (string, bool)
	stdin          io.Reader // of `sseserver logs`; nil for none
	stdout, stderr io.Writer
	signals        <-chan os.Signal // SIGINT and SIGTERM stop, SIGHUP reopens the log
}

// Exit codes.
const (
	exitOK      = 0
	exitFailed  = 1 // could not start, or was told twice to stop
	exitInvalid = 2 // the configuration is not valid
)

// Times that the end may take, if what has to be written is not read.
const (
	flushTime  = time.Second            // for the rest of the log, and for what is said to a person
	insistTime = 100 * time.Millisecond // for all that is left after a second signal
)

// run is the whole program; it returns the exit code. A second signal to stop ends
// it whatever it waits for, be it a file, a stream or a reader.
func run(p process) int {
	started := time.Now()
	asked := signals{stop: make(chan os.Signal, 2), hangup: make(chan os.Signal, 1)}
	ended := make(chan int, 1)
	go func() { ended <- p.act(asked, started) }() // received from below, or abandoned with the process
	var insisted <-chan time.Time
	for stops := 0; ; {
		select {
		case code := <-ended:
			return code
		case <-insisted:
			return exitFailed
		case signal := <-p.signals:
			if signal != syscall.SIGHUP {
				stops++
			}
			asked.pass(signal)
		}
		if stops == 2 && insisted == nil {
			insisted = time.After(2 * insistTime) // act has half of it for its last line
		}
	}
}

// signals are what the system asked for, until someone sees to it.
type signals struct{ stop, hangup chan os.Signal }

// pass never waits: what does not fit has been asked for already.
func (s signals) pass(signal os.Signal) {
	to := s.stop
	if signal == syscall.SIGHUP {
		to = s.hangup
	}
	select {
	case to <- signal:
	default:
	}
}

// act does what the command line says.
func (p process) act(asked signals, started time.Time) int {
	if len(p.args) > 0 && p.args[0] == "logs" {
		return p.inspect(asked)
	}
	config, action, err := parseConfig(p.args, p.env, p.stdout)
	if err != nil {
		return config.report(err, p.stderr)
	}
	switch action {
	case serve:
		return serveUntilSignal(p, config, asked, started)
	case healthcheck:
		if err := checkHealth(context.Background(), config.scheme(), config.Addr); err != nil {
			await(tell(p.stderr, fmt.Sprintln("sseserver:", err)), flushTime)
			return exitFailed
		}
		return exitOK
	default:
		return exitOK
	}
}

// inspect looks into logs, until a signal says stop.
func (p process) inspect(asked signals) int {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go func() { // ends with ctx
		select {
		case <-asked.stop:
			cancel()
		case <-ctx.Done():
		}
	}()
	return inspectLogs(ctx, p, p.args[1:])
}

// tell says something to a person. What it returns is closed when that is written,
// for which nobody should wait long: the reader may not read.
func tell(w io.Writer, text string) (told <-chan struct{}) {
	done := make(chan struct{})
	go func() { // abandoned with the process, if it has to be
		defer close(done)
		_, _ = io.WriteString(w, text)
	}()
	return done
}

// await waits for done, but no longer than patience.
func await(done <-chan struct{}, patience time.Duration) {
	select {
	case <-done:
	case <-time.After(patience):
	}
}

// program is the running server: what is started, and in which order it ends.
type program struct {
	config      Config
	output      *logs.Output
	metrics     *metrics.Metrics
	store       *jetstream.Store // nil if the messages are in memory
	broker      *broker.Broker
	api         *httpapi.Server
	certificate *tlscert.Source // nil without TLS
	public      *listener
	admin       *listener // nil if it is off, and then there is no
	operator    *admin.Server
}

// serveUntilSignal wires the parts, serves until a signal, and drains.
func serveUntilSignal(p process, config Config, asked signals, started time.Time) int {
	certificate, err := config.certificate()
	if err == nil {
		err = config.checkCreds()
	}
	if err == nil {
		err = config.checkAssets()
	}
	if err != nil {
		return config.report(err, p.stderr)
	}
	m := metrics.New(metricsConfig())
	output, err := logs.New(logs.Config{
		Format: config.LogFormat, Level: config.LogLevel, File: config.LogFile, Stderr: p.stderr,
		Recent: recentLines(config), OnLine: m.LogEntry, OnDrop: m.LogEntryDropped,
	})
	if err != nil {
		return config.report(config.invalid(err, "log-file"), p.stderr)
	}
	patience := flushTime
	defer func() { output.Close(patience) }()
	program, err := wire(config, certificate, output, m)
	if err != nil {
		logs.HTTPServerError.LogAt(output.Logger.Named("server"), zap.ErrorLevel, logs.Error(err))
		if config.LogFile != "" { // where whoever started it does not look first
			await(tell(p.stderr, fmt.Sprintln("sseserver:", err)), flushTime)
		}
		return exitFailed
	}
	announced := program.announce(p.stdout, started)
	code, insisted := program.serve(asked)
	if insisted {
		patience = insistTime
	}
	await(announced, patience)
	return code
}

// recentLines is how many bytes of the log are kept for the admin listener.
func recentLines(config Config) int {
	if config.AdminAddr == "" {
		return 0
	}
	return 2 << 20
}

// wire makes every part and opens the store and the listeners. Nothing runs yet.
func wire(config Config, certificate *tlscert.Source, output *logs.Output, m *metrics.Metrics) (*program, error) {
	files := openFileLimit()
	logs.ServerStarting.Log(output.Logger.Named("server"), startingFields(config, files)...)
	pr := &program{config: config, certificate: certificate, output: output, metrics: m}
	if err := pr.openStore(context.Background()); err != nil {
		return nil, err
	}
	if err := pr.wireParts(files); err != nil {
		return nil, errors.Join(err, pr.closeStore())
	}
	return pr, nil
}

// wireParts makes what uses the store.
func (pr *program) wireParts(files int) error {
	config, logger, m := pr.config, pr.output.Logger, pr.metrics
	stored := brokerConfig(config)
	if pr.store != nil {
		stored.Store = timed{pr.store, m}
	}
	stored.Evicted = func(removal broker.Removal) { pr.api.Evicted(removal) } // set below, before anything runs
	stored.Failed = func(message *broker.Message) { pr.api.Failed(message) }
	pr.broker = broker.New(stored)
	m.SetStats(pr.stats)
	served := apiConfig(config, files)
	served.Broker, served.Pages, served.Logger, served.Metrics = pr.broker, config.pages(), logger.Named("httpapi"), m
	served.LogDropped = pr.output.Dropped
	if pr.store != nil {
		served.StoreAvailable = pr.store.Available
	}
	api, err := httpapi.New(served)
	if err != nil {
		return err
	}
	pr.api = api
	server := api.HTTPServer()
	if pr.certificate != nil {
		server.TLSConfig = tlsConfig(pr.certificate, logger.Named("server"))
	}
	if pr.public, err = listen("public", config.Addr, server, config.WriteTimeout); err != nil {
		return err
	}
	if config.AdminAddr == "" {
		return nil
	}
	server = pr.wireAdmin(files)
	if pr.certificate != nil && !isLoopback(config.AdminAddr) {
		server.TLSConfig = tlsConfig(pr.certificate, logger.Named("server"))
	}
	if pr.admin, err = listen("admin", config.AdminAddr, server, config.WriteTimeout); err != nil {
		return errors.Join(err, pr.public.Close())
	}
	return nil
}

// serve runs the parts until a signal says stop, then ends them in order, unless a
// second one insists.
func (pr *program) serve(asked signals) (code int, insisted bool) {
	ctx, stop := context.WithCancel(context.Background())
	var running, watching sync.WaitGroup // watching is the admin listener, which shows the very end
	failed := make(chan error, 6)        // room for all that run, so that none waits to fail
	startIn := func(group *sync.WaitGroup, run func() error) {
		group.Go(func() {
			if err := run(); err != nil {
				failed <- err
			}
		})
	}
	start := func(run func() error) { startIn(&running, run) }
	// The store ends after the broker, whose last records it takes.
	stored, closeStore := context.WithCancel(context.Background())
	if pr.store != nil {
		start(func() error { return pr.store.Run(stored) })
	}
	start(func() error {
		defer closeStore()
		return pr.broker.Run(ctx)
	})
	start(func() error { return pr.api.Run(ctx) })
	start(pr.public.serve)
	running.Go(func() { trimMemory(ctx) })
	if pr.admin != nil {
		startIn(&watching, pr.admin.serve)
		start(func() error { return pr.operator.Run(ctx) })
	}
	code, signaled, insisted := pr.wait(asked, failed)
	stop()
	if code == exitOK {
		running.Wait()
		pr.tellEnd(signaled)
		pr.endAdmin()
		watching.Wait()
	}
	return code, insisted
}

// wait handles signals until the program is to end, and has drained.
// It returns when the signal came, too.
func (pr *program) wait(asked signals, failed <-chan error) (code int, signaled time.Time, insisted bool) {
	for {
		select {
		case err := <-failed:
			logs.HTTPServerError.LogAt(pr.output.Logger.Named("server"), zap.ErrorLevel, logs.Error(err))
			return exitFailed, time.Time{}, false
		case <-asked.hangup:
			pr.output.Reopen()
		case signal := <-asked.stop:
			signaled = time.Now()
			code, insisted = pr.drain(signal, asked)
			return code, signaled, insisted
		}
	}
}

// announce tells where the program is to be found, in the log and to a person: what
// it returns is closed when that has read it.
func (pr *program) announce(stdout io.Writer, started time.Time) (announced <-chan struct{}) {
	logger := pr.output.Logger.Named("server")
	base := pr.public.url()
	pages := []string{base + "/index.html", base + "/progress.html", base + "/live.html", base + "/chat.html"}
	public := []zap.Field{logs.Listener("public"), logs.URLs(pages...)}
	if pr.certificate != nil {
		public = append(public, logs.Fingerprint(pr.certificate.Fingerprint()))
	}
	logs.ServerListening.Log(logger, public...)
	pr.warnUnprotected()
	draft := pr.warnAssets()
	if pr.admin != nil {
		logs.ServerListening.Log(logger, logs.Listener("admin"), logs.URLs(pr.admin.url()+"/metrics", pr.admin.url()+"/"))
	}
	logs.ServerReady.Log(logger, logs.StartupMS(time.Since(started)))
	text := fmt.Sprintf("All pages            %s/\nCharacter streaming  %s\nProgress streaming   %s\nLive messages        %s\nChat                 %s\n",
		base, pages[0], pages[1], pages[2], pages[3])
	if pr.admin != nil {
		text += fmt.Sprintf("For operators        %s/\n", pr.admin.url())
	}
	if pr.store != nil {
		text += pr.storeLine(pr.store.Available())
	}
	if pr.config.TLSSelfSigned { // for who wants to make sure, when the browser asks
		text += fmt.Sprintf("Certificate SHA-256  %s\n", pr.certificate.Fingerprint())
	}
	return tell(stdout, text+draft)
}

// stats reads the broker for a scrape.
func (pr *program) stats() metrics.Stats {
	stats, err := pr.broker.Stats(context.Background())
	if err != nil { // it has ended
		return metrics.Stats{}
	}
	active := make(map[string]int, len(stats.Streams))
	for kind, n := range stats.Streams {
		active[string(kind)] = n
	}
	return metrics.Stats{MessagesStored: stats.Messages, MessageStoreBytes: stats.Bytes, LiveMessages: stats.Open, StreamsActive: active}
}

func metricsConfig() metrics.Config {
	version, revision := build()
	return metrics.Config{Version: version, Revision: revision}
}
