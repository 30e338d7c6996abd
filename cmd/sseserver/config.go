package main

import (
	"fmt"
	"net/netip"
	"strings"
	"time"

	"go.uber.org/zap/zapcore"

	"sseserver/internal/fault"
	"sseserver/internal/logs"
)

// Config is every setting of the server, as flags, environment and defaults
// gave it. It is made by parseConfig, which has checked each value and those
// that depend on one another.
type Config struct {
	// Addr and AdminAddr are where the two listeners accept connections, as
	// host:port; an empty AdminAddr is no admin listener.
	Addr, AdminAddr string

	// Interval and ProgressInterval are the time between two chunks where a
	// request does not say; MinInterval and MaxInterval bound what a request
	// may say.
	Interval, ProgressInterval, MinInterval, MaxInterval time.Duration
	// Heartbeat is the silence after which a heartbeat is sent; 0 sends none.
	Heartbeat time.Duration
	// WriteTimeout is how long one write may block before its stream is ended.
	WriteTimeout time.Duration
	// MaxStreams is how many streams may run at once, MaxStreamsPerClient how
	// many of one client address; 0 is no limit.
	MaxStreams, MaxStreamsPerClient int

	// MessageTTL is how long a message is kept after its last use.
	MessageTTL time.Duration
	// MaxMessages is how many messages are kept, MaxStoreBytes how many bytes
	// of text in all.
	MaxMessages int
	// MaxMessageBytes is the largest body of a POST /send and the most text of
	// one live message, MaxStoreBytes the most text stored in all, both in bytes.
	MaxMessageBytes, MaxStoreBytes int64
	// MaxBytesPerClient is how many of these bytes may come from one client
	// address; 0 is no limit.
	MaxBytesPerClient int64
	// ProducerTimeout is how long the producers of a live message may be silent
	// before it fails.
	ProducerTimeout time.Duration
	// NATS are the URLs, which may have a password, of the NATS servers that keep
	// the messages for this server and others, in the JetStream stream NATSStream
	// with so many replicas. NATSCreds is the file of credentials for them, if there
	// is one. Without a URL the messages are in this process's memory.
	NATS                  []string
	NATSCreds, NATSStream string
	NATSReplicas          int
	// Drain is how long running streams may go on after the signal to stop; 0
	// ends them at once.
	Drain time.Duration

	// Assets is a directory whose pages are served in the place of those in the
	// program, by somebody who works on them; empty is none.
	Assets string

	// Faults is the plan of streams whose request has none. NoFaults refuses
	// requests that have one.
	Faults   fault.Plan
	NoFaults bool

	// SendToken is needed to write through the public listener, AdminToken for
	// everything on the admin listener; empty is no token.
	SendToken, AdminToken string
	// AdminHosts are names and addresses that the admin listener answers to,
	// beside the loopback ones and its own.
	AdminHosts []string
	// TrustedProxies say in X-Forwarded-For for whom they ask.
	TrustedProxies []netip.Prefix
	// CORSOrigins may read answers from other pages: "*" alone for any.
	CORSOrigins []string

	// TLSCert and TLSKey are the PEM files of the public listener's certificate
	// and its key; both empty is no TLS, unless TLSSelfSigned asks for a
	// certificate that is made in memory.
	TLSCert, TLSKey string
	TLSSelfSigned   bool

	LogFormat logs.Format
	LogLevel  zapcore.Level
	// LogFile is appended to; empty is standard error.
	LogFile string

	// sources says of each setting where its value stood: "flag", "environment"
	// or "default".
	sources map[string]string
}

// setting is one row of the table of settings: a name, of which flag and
// variable are made, a default, and where its value goes.
type setting struct {
	name, def, usage string
	value            value
}

func (s setting) flag() string { return "--" + s.name }
func (s setting) variable() string {
	return "SSESERVER_" + strings.ToUpper(strings.ReplaceAll(s.name, "-", "_"))
}

// settings is the table of all settings, in the order of --help, with their
// values in c.
func settings(c *Config) []setting {
	return []setting{
		{"addr", "127.0.0.1:4400", "where the pages and the API listen", &address{p: &c.Addr}},
		{"admin-addr", "127.0.0.1:4401", "where the operator's pages, metrics, pprof and the log level listen; empty turns it off", &address{p: &c.AdminAddr, emptyIsOff: true}},

		{"interval", "50ms", "time between two characters or words, where a request does not say", &duration{p: &c.Interval, min: tick, max: day}},
		{"progress-interval", "100ms", "time between two steps of progress, where a request does not say", &duration{p: &c.ProgressInterval, min: tick, max: day}},
		{"min-interval", "1ms", "least interval that a request may ask for", &duration{p: &c.MinInterval, min: tick, max: day}},
		{"max-interval", "1m", "greatest interval that a request may ask for", &duration{p: &c.MaxInterval, min: tick, max: day}},
		{"heartbeat", "15s", "silence after which a stream sends a heartbeat; 0 sends none", &duration{p: &c.Heartbeat, min: 10 * time.Millisecond, max: time.Hour, zeroIsOff: true}},
		{"write-timeout", "10s", "how long a client may take nothing of what is sent to it before its stream is ended", &duration{p: &c.WriteTimeout, min: 10 * time.Millisecond, max: time.Hour}},
		{"max-streams", "100000", "streams that may run at once", &count{&c.MaxStreams, 1, 10_000_000}},
		{"max-streams-per-client", "0", "streams that one client address may run at once; 0 is no limit", &count{&c.MaxStreamsPerClient, 0, 10_000_000}},

		{"message-ttl", "1h", "how long a message is kept after its last use", &duration{p: &c.MessageTTL, min: time.Second, max: 365 * day}},
		{"max-messages", "100000", "messages that are kept", &count{&c.MaxMessages, 1, 100_000_000}},
		{"max-message-bytes", "1MiB", "largest body of a POST /send, and the most text of one live message", &size{&c.MaxMessageBytes, 1, gib}},
		{"max-store-bytes", "256MiB", "text that is kept in all", &size{&c.MaxStoreBytes, 1, 1024 * gib}},
		{"max-bytes-per-client", "0", "text that is kept of one client address, which may have one live message open for each KiB of it; 0 is no limit", &size{&c.MaxBytesPerClient, 0, 1024 * gib}},
		{"producer-timeout", "5m", "how long the producers of a live message may send nothing before it fails", &duration{p: &c.ProducerTimeout, min: time.Second, max: day}},

		{"nats", "", "NATS servers with JetStream that keep the messages, so that several sseserver serve the same; empty is this process's memory", &engines{&c.NATS}},
		{"nats-creds", "", "file of credentials for them; empty is none", &text{&c.NATSCreds}},
		{"nats-stream", "sseserver", "JetStream stream that the messages are in, which is made if it is not there", &streamName{&c.NATSStream}},
		{"nats-replicas", "1", "NATS servers that keep each message", &count{&c.NATSReplicas, 1, 5}},

		{"drain", "10s", "how long running streams may go on after SIGTERM; 0 ends them at once", &duration{p: &c.Drain, min: 0, max: time.Hour}},

		{"assets", "", "directory to serve the pages from while you work on them, which browsers load anew when a file changes; empty is those in the program", &directory{text{&c.Assets}}},

		{"fault", "", "what goes wrong in each stream whose request does not say, as cut@12,jitter:20ms; empty is nothing", &faults{&c.Faults}},
		{"no-faults", "false", "refuse requests that ask for faults", &toggle{&c.NoFaults}},

		{"send-token", "", "bearer token that every request needs that writes: POST, PUT and DELETE; empty is none", &secret{&c.SendToken}},
		{"admin-token", "", "token that the admin listener needs, as bearer token or password; empty is none, which only a loopback address may have", &secret{&c.AdminToken}},
		{"admin-hosts", "", "further names and addresses that the admin listener answers to, beside localhost and the loopback addresses", &hosts{&c.AdminHosts}},
		{"trusted-proxies", "", "proxies whose X-Forwarded-For tells the client's address", &networks{&c.TrustedProxies}},
		{"cors-origins", "*", "whose pages may read the answers: * for any, or origins with commas between", &origins{&c.CORSOrigins}},

		{"tls-cert", "", "PEM file of the certificate for HTTPS on the public listener, read anew when it changes; empty is no TLS", &text{&c.TLSCert}},
		{"tls-key", "", "PEM file of its private key", &text{&c.TLSKey}},
		{"tls-self-signed", "false", "HTTPS with a certificate for localhost that is made at the start", &toggle{&c.TLSSelfSigned}},

		{"log-format", "auto", "form of the log lines; auto is console on a terminal and json elsewhere", formats(&c.LogFormat)},
		{"log-level", "info", "least level that is logged", levels(&c.LogLevel)},
		{"log-file", "", "file to append the log to, opened anew on SIGHUP; empty is standard error", &text{&c.LogFile}},
	}
}

// check compares the settings that depend on one another.
func (c *Config) check() error {
	if c.MinInterval > c.MaxInterval {
		return c.invalid(fmt.Errorf("--min-interval must not be above --max-interval, got %s and %s", short(c.MinInterval), short(c.MaxInterval)),
			"min-interval", "max-interval")
	}
	if err := c.checkInterval("interval", c.Interval); err != nil {
		return err
	}
	if err := c.checkInterval("progress-interval", c.ProgressInterval); err != nil {
		return err
	}
	if c.MaxMessageBytes > c.MaxStoreBytes {
		return c.invalid(fmt.Errorf("--max-message-bytes must not be above --max-store-bytes, got %s and %s",
			shortSize(c.MaxMessageBytes), shortSize(c.MaxStoreBytes)), "max-message-bytes", "max-store-bytes")
	}
	if c.MaxBytesPerClient > 0 && c.MaxMessageBytes > c.MaxBytesPerClient {
		return c.invalid(fmt.Errorf("--max-message-bytes must not be above --max-bytes-per-client, got %s and %s",
			shortSize(c.MaxMessageBytes), shortSize(c.MaxBytesPerClient)), "max-message-bytes", "max-bytes-per-client")
	}
	if err := c.checkShared(); err != nil {
		return err
	}
	if err := c.checkTLS(); err != nil {
		return err
	}
	return c.checkAccess()
}

func (c *Config) checkInterval(name string, d time.Duration) error {
	if d >= c.MinInterval && d <= c.MaxInterval {
		return nil
	}
	return c.invalid(fmt.Errorf("--%s must be from %s (--min-interval) to %s (--max-interval), got %s",
		name, short(c.MinInterval), short(c.MaxInterval), short(d)), name, "min-interval", "max-interval")
}

// MarshalLogObject adds every setting by its flag's name, in the form that the
// flag takes; of a token, only whether it is set.
func (c Config) MarshalLogObject(enc zapcore.ObjectEncoder) error {
	for _, s := range settings(&c) {
		enc.AddString(s.name, s.value.String())
	}
	return nil
}

// isChosen says whether a setting, by its flag's name, is not as it is by default.
func (c Config) isChosen(name string) bool { return c.sources[name] != "default" }
