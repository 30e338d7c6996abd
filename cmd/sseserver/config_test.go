package main

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap/zapcore"

	"sseserver/internal/logs"
)

// with parses a command line under these variables.
func with(args []string, env map[string]string) (Config, action, string, error) {
	var stdout bytes.Buffer
	lookup := func(key string) (string, bool) { text, ok := env[key]; return text, ok }
	c, asked, err := parseConfig(args, lookup, &stdout)
	return c, asked, stdout.String(), err
}

func TestDefaults(t *testing.T) {
	c, asked, stdout, err := with(nil, nil)
	if err != nil || asked != serve || stdout != "" {
		t.Fatalf("asked %v, stdout %q, error %v; want serve, nothing, nil", asked, stdout, err)
	}
	want := map[string]any{
		c.Addr: "127.0.0.1:4400", c.AdminAddr: "127.0.0.1:4401", strings.Join(c.CORSOrigins, ","): "*", "log-file " + c.LogFile: "log-file ",
	}
	for got, want := range want {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	durations := []struct{ got, want time.Duration }{
		{c.Interval, 50 * time.Millisecond},
		{c.ProgressInterval, 100 * time.Millisecond},
		{c.MinInterval, time.Millisecond},
		{c.MaxInterval, time.Minute},
		{c.Heartbeat, 15 * time.Second},
		{c.WriteTimeout, 10 * time.Second},
		{c.MessageTTL, time.Hour},
		{c.ProducerTimeout, 5 * time.Minute},
		{c.Drain, 10 * time.Second},
	}
	for i, d := range durations {
		if d.got != d.want {
			t.Errorf("duration %d is %s, want %s", i, d.got, d.want)
		}
	}
	if c.MaxStreams != 100_000 || c.MaxMessages != 100_000 || c.MaxMessageBytes != 1<<20 || c.MaxStoreBytes != 256<<20 {
		t.Errorf("limits %d, %d, %d, %d", c.MaxStreams, c.MaxMessages, c.MaxMessageBytes, c.MaxStoreBytes)
	}
	if c.LogFormat != logs.Auto || c.LogLevel != zapcore.InfoLevel {
		t.Errorf("log format %q, level %s", c.LogFormat, c.LogLevel)
	}
}

// values are for each setting texts that it takes and texts that it refuses.
var values = map[string]struct{ good, bad []string }{
	"addr":                   {[]string{"0.0.0.0:80", ":0", "[::1]:4400", "example.com:65535"}, []string{"", "4400", "localhost", ":65536", ":-1", ":http", "::1:4400"}},
	"admin-addr":             {[]string{"", "127.0.0.1:9", "localhost:9", "[::1]:9"}, []string{"off", ":99999", ":9", "0.0.0.0:9", "[::]:9", "192.0.2.1:9", "a.example:9"}},
	"interval":               {[]string{"1ms", "1m", "0.05s"}, []string{"", "0", "50", "-5ms", "999µs", "61s", "9999999h", "fast", "NaN", "1ms "}},
	"progress-interval":      {[]string{"1ms", "1m"}, []string{"", "0", "1ns", "25h"}},
	"min-interval":           {[]string{"100µs", "50ms"}, []string{"0", "1µs", "-1s", "25h"}},
	"max-interval":           {[]string{"100ms", "24h"}, []string{"0", "1µs", "25h", "infinity"}},
	"heartbeat":              {[]string{"0", "0s", "10ms", "1h"}, []string{"", "1ms", "-15s", "2h", "15"}},
	"write-timeout":          {[]string{"10ms", "1h"}, []string{"0", "9ms", "61m"}},
	"max-streams":            {[]string{"1", "10000000"}, []string{"", "0", "-1", "10000001", "1e3", "many", "99999999999999999999"}},
	"max-streams-per-client": {[]string{"0", "1", "10000000"}, []string{"", "-1", "10000001", "few"}},
	"max-bytes-per-client":   {[]string{"0", "1MiB", "1024GiB"}, []string{"", "-1", "1025GiB", "1023KiB"}},
	"message-ttl":            {[]string{"1s", "8760h"}, []string{"0", "999ms", "8761h"}},
	"producer-timeout":       {[]string{"1s", "5m", "24h"}, []string{"", "0", "-1s", "999ms", "25h", "5"}},
	"max-messages":           {[]string{"1", "100000000"}, []string{"0", "100000001", "1.5"}},
	"max-message-bytes":      {[]string{"1", "1B", "64KiB", "256MiB"}, []string{"", "0", "-1", "1MB", "1.5MiB", "MiB", "1025MiB", "9223372036854775807GiB", "18014398509483008KiB", "257MiB"}},
	"max-store-bytes":        {[]string{"1048576", "1GiB", "1024GiB"}, []string{"0", "1025GiB", "lots", "1MiBMiB", "1023KiB"}},
	"nats":                   {[]string{"", "nats://127.0.0.1:4222", "tls://user:p%2Cw@nats.example", "nats://a, nats://token@b:1", "wss://[::1]:443/,ws://b:80"}, []string{"127.0.0.1:4222", "localhost", "http://a", "nats:", "nats://", "nats://:4222", "nats://a:0", "nats://a:", "nats://a:x", "nats://a:65536", "nats://a,", "nats://a/b", "nats://a?b", "nats://a#b", "nats://a,ws://b", "nats://user:secret", "nats://a b"}},
	"nats-creds":             {[]string{""}, []string{"a\x00b", "without.creds"}},
	"nats-stream":            {[]string{"sse-server_2", "A", strings.Repeat("x", 64)}, []string{"", "a.b", "a b", "*", ">", "é", "a/b", strings.Repeat("x", 65)}},
	"nats-replicas":          {[]string{"3", "5"}, []string{"", "0", "6", "-1", "two"}},
	"drain":                  {[]string{"0", "1h"}, []string{"-1s", "61m", "ten"}},
	"assets":                 {[]string{"", "assets"}, []string{"a\x00b"}},
	"fault":                  {[]string{"", "cut@12", "cut@12,drop:5%,jitter:20ms"}, []string{"cut", "cut@", "cut@12,", "slip@3", "drop:5"}},
	"no-faults":              {[]string{"true", "false"}, []string{"", "maybe"}},
	"send-token":             {[]string{"", "a", "correct-horse/battery+staple==", strings.Repeat("x", 1024)}, []string{"two words", "tab\t", "é", "a\x7f", "line\n", strings.Repeat("x", 1025)}},
	"admin-token":            {[]string{"", "a:b", "~!\"'"}, []string{"two words", "é"}},
	"admin-hosts":            {[]string{"", "Admin.example", "a.example, 192.0.2.1,[2001:DB8::1],fe80::1"}, []string{"*", "a.example:80", "http://a.example", "a b", "a,,b", ",", "192.0.2.1:80", "[::1]:80", "10.0.0.0/8"}},
	"trusted-proxies":        {[]string{"", "10.0.0.0/8", "127.0.0.1, ::1,fd00::/8", "10.1.2.3/8", "0.0.0.0/0"}, []string{"localhost", "10.0.0.0/33", "10.0.0", "a,b", "127.0.0.1:80", "10.0.0.0/8,", "::ffff:10.0.0.1", "::ffff:10.0.0.0/104", "fe80::1%eth0/64", "*"}},
	"cors-origins":           {[]string{"*", "https://example.com", "http://localhost:3000, https://a.example"}, []string{"", "example.com", "https://example.com/", "*,https://a.example", "ftp://a", "https://"}},
	"tls-cert":               {[]string{""}, []string{"a\x00b", "only.pem"}},
	"tls-key":                {[]string{""}, []string{"a\x00b", "only.pem"}},
	"tls-self-signed":        {[]string{"true", "false", "1"}, []string{"", "maybe", "2"}},
	"log-format":             {[]string{"auto", "json", "console"}, []string{"", "JSON", "text"}},
	"log-level":              {[]string{"debug", "info", "warn", "error"}, []string{"", "fatal", "INFO", "trace"}},
	"log-file":               {[]string{"", "server.log"}, []string{"a\x00b"}},
}

// needs are further flags without which a setting is refused.
var needs = map[string][]string{
	"nats-stream":   {"--nats=nats://127.0.0.1:4222"},
	"nats-replicas": {"--nats=nats://127.0.0.1:4222"},
}

func TestEverySetting(t *testing.T) {
	var c Config
	for _, s := range settings(&c) {
		v, ok := values[s.name]
		if !ok {
			t.Errorf("no values to try for --%s", s.name)
		}
		more := needs[s.name]
		for _, text := range append(v.good, s.def) {
			if s.value.Kind() != "" {
				wantValue(t, s, text, append([]string{s.flag(), text}, more...), nil)
			}
			wantValue(t, s, text, append([]string{s.flag() + "=" + text}, more...), nil)
			wantValue(t, s, text, more, map[string]string{s.variable(): text})
		}
		for _, text := range v.bad {
			if s.value.Kind() != "" {
				wantRefused(t, s, s.flag(), "flag", []string{s.flag(), text}, nil)
			}
			wantRefused(t, s, s.flag(), "flag", []string{s.flag() + "=" + text}, nil)
			wantRefused(t, s, s.variable(), "environment", nil, map[string]string{s.variable(): text})
		}
	}
}

// wantValue checks that the setting's value is what text says, and that the
// value's own text gives it again.
func wantValue(t *testing.T, s setting, text string, args []string, env map[string]string) {
	t.Helper()
	c, _, _, err := with(args, env)
	if err != nil {
		t.Errorf("%q %v: %v", args, env, err)
		return
	}
	var want Config
	for i, expected := range settings(&want) {
		if expected.name != s.name {
			continue
		}
		_ = expected.value.Set(text)
		got := settings(&c)[i].value.String()
		if got != expected.value.String() {
			t.Errorf("%q %v: got %s, want %s", args, env, got, expected.value)
		}
		if err := expected.value.Set(got); err != nil {
			t.Errorf("%q %v: its own text %q is refused: %v", args, env, got, err)
		}
	}
}

func wantRefused(t *testing.T, s setting, key, source string, args []string, env map[string]string) {
	t.Helper()
	_, _, _, err := with(args, env)
	var bad *configError
	if !errors.As(err, &bad) {
		t.Errorf("%q %v: accepted", args, env)
		return
	}
	if bad.Key != key || bad.Source != source {
		t.Errorf("%q %v: blames %s from the %s, want %s from the %s", args, env, bad.Key, bad.Source, key, source)
	}
	if !strings.Contains(bad.Err.Error(), "must ") && !strings.Contains(bad.Err.Error(), "needs ") {
		t.Errorf("%q %v: %q does not say what is allowed", args, env, bad.Err)
	}
}

func TestPrecedence(t *testing.T) {
	env := map[string]string{"SSESERVER_INTERVAL": "20ms", "SSESERVER_MAX_STREAMS": "7"}
	c, _, _, err := with([]string{"--interval", "30ms", "--interval", "40ms"}, env)
	if err != nil {
		t.Fatal(err)
	}
	if c.Interval != 40*time.Millisecond || c.MaxStreams != 7 || c.MaxMessages != 100_000 {
		t.Errorf("interval %s, streams %d, messages %d; want the last flag, the variable, the default", c.Interval, c.MaxStreams, c.MaxMessages)
	}
	if _, _, _, err := with([]string{"--interval", "30ms"}, map[string]string{"SSESERVER_INTERVAL": "bad"}); err != nil {
		t.Errorf("a variable that the flag replaces is read: %v", err)
	}
}

// Where a value is only bad beside another, the one that somebody set is blamed.
func TestSettingsThatDependOnOneAnother(t *testing.T) {
	tests := []struct {
		args []string
		env  map[string]string
		key  string
	}{
		{[]string{"--interval", "2m"}, nil, "--interval"},
		{[]string{"--max-interval", "60ms"}, nil, "--max-interval"},
		{[]string{"--min-interval", "70ms"}, nil, "--min-interval"},
		{nil, map[string]string{"SSESERVER_MIN_INTERVAL": "2m"}, "SSESERVER_MIN_INTERVAL"},
		{[]string{"--progress-interval", "10ms"}, map[string]string{"SSESERVER_MIN_INTERVAL": "20ms"}, "--progress-interval"},
		{[]string{"--max-store-bytes", "1KiB"}, nil, "--max-store-bytes"},
		{[]string{"--max-message-bytes", "1GiB"}, nil, "--max-message-bytes"},
		{[]string{"--max-bytes-per-client", "1KiB"}, nil, "--max-bytes-per-client"},
		{[]string{"--nats-creds", "a"}, nil, "--nats-creds"},
		{[]string{"--nats-stream", "sseserver"}, nil, "--nats-stream"},
		{[]string{"--nats="}, map[string]string{"SSESERVER_NATS": "nats://a", "SSESERVER_NATS_REPLICAS": "3"}, "SSESERVER_NATS_REPLICAS"},
		{[]string{"--tls-cert", "a"}, nil, "--tls-cert"},
		{[]string{"--tls-key", "a"}, nil, "--tls-key"},
		{[]string{"--tls-key", "a", "--tls-cert="}, map[string]string{"SSESERVER_TLS_CERT": "b"}, "--tls-key"},
		{nil, map[string]string{"SSESERVER_TLS_KEY": "a"}, "SSESERVER_TLS_KEY"},
		{[]string{"--tls-self-signed", "--tls-cert", "a", "--tls-key", "b"}, nil, "--tls-self-signed"},
		{[]string{"--tls-self-signed"}, map[string]string{"SSESERVER_TLS_KEY": "b"}, "--tls-self-signed"},
		{[]string{"--admin-addr", ":4401", "--admin-token="}, map[string]string{"SSESERVER_ADMIN_TOKEN": "a"}, "--admin-addr"},
		{[]string{"--admin-token="}, map[string]string{"SSESERVER_ADMIN_ADDR": "0.0.0.0:4401"}, "SSESERVER_ADMIN_ADDR"},
	}
	for _, test := range tests {
		_, _, _, err := with(test.args, test.env)
		var bad *configError
		if !errors.As(err, &bad) || bad.Key != test.key {
			t.Errorf("%q %v: %v, want %s to be blamed", test.args, test.env, err, test.key)
		}
	}
}

func TestCommandLine(t *testing.T) {
	tests := []struct {
		args []string
		want action
		key  string // of the error, if any
	}{
		{nil, serve, ""},
		{[]string{"healthcheck"}, healthcheck, ""},
		{[]string{"--addr", ":0", "healthcheck"}, healthcheck, ""},
		{[]string{"healthcheck", "--addr", ":0"}, healthcheck, ""},
		{[]string{"-addr=:0", "healthcheck", "-interval", "5ms"}, healthcheck, ""},
		{[]string{"--addr", ":0", "--", "healthcheck"}, healthcheck, ""},
		{[]string{"--help"}, nothing, ""},
		{[]string{"-h", "--interval", "bad"}, nothing, ""},
		{[]string{"--version"}, nothing, ""},
		{[]string{"--verbose"}, nothing, "--verbose"},
		{[]string{"-x"}, nothing, "-x"},
		{[]string{"--interval"}, nothing, "--interval"},
		{[]string{"start"}, nothing, "start"},
		{[]string{""}, nothing, ""},
		{[]string{"healthcheck", "now"}, nothing, "now"},
		{[]string{"healthcheck", "--now"}, nothing, "--now"},
		{[]string{"--", "--addr"}, nothing, "--addr"},
	}
	for _, test := range tests {
		_, asked, stdout, err := with(test.args, nil)
		key := ""
		if bad := (*configError)(nil); errors.As(err, &bad) {
			key = bad.Key
		}
		if asked != test.want || key != test.key {
			t.Errorf("%q: asked %v, error %v; want %v, key %q", test.args, asked, err, test.want, test.key)
		}
		if err != nil && !strings.HasSuffix(err.Error(), "; sseserver --help lists what there is") {
			t.Errorf("%q: %v does not tell where to look", test.args, err)
		}
		if err != nil && stdout != "" {
			t.Errorf("%q: stdout has %q beside the error", test.args, stdout)
		}
	}
}

func TestMisspeltFlag(t *testing.T) {
	_, _, _, err := with([]string{"--intervall", "5ms"}, nil)
	if want := "--intervall: unknown flag; did you mean --interval?"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestHelpAndVersion(t *testing.T) {
	_, _, help, _ := with([]string{"--help"}, nil)
	words := strings.Join(strings.Fields(help), " ") // wherever lines are broken
	var c Config
	for _, s := range settings(&c) {
		for _, part := range []string{s.flag() + " ", "[$" + s.variable() + "]", s.usage} {
			if !strings.Contains(words, part) {
				t.Errorf("--help lacks %q:\n%s", part, help)
			}
		}
		if s.def != "" && !strings.Contains(words, "(default: "+s.def+")") {
			t.Errorf("--help lacks the default of %s:\n%s", s.flag(), help)
		}
	}
	if !strings.Contains(help, examples) {
		t.Errorf("--help lacks the examples:\n%s", help)
	}
	if _, _, version, _ := with([]string{"--version"}, nil); version != "sseserver version "+versionLine()+"\n" {
		t.Errorf("--version says %q", version)
	}
}

// columns are the spaces that align the columns of the console form.
var columns = regexp.MustCompile(` +`)

// A bad value is one line, in the form of the log.
func TestReport(t *testing.T) {
	for format, want := range map[string]string{
		"json":    `"event":"config.invalid","key":"--interval","source":"flag","error":"must be a duration from 100µs to 24h, got '5x'"}`,
		"console": `ERROR bad configuration --interval: must be a duration from 100µs to 24h, got '5x'`,
	} {
		c, _, _, err := with([]string{"--interval", "5x", "--log-format", format, "--log-level", "error"}, nil)
		var stderr bytes.Buffer
		if code := c.report(err, &stderr); code != 2 {
			t.Errorf("%s: exit code %d, want 2", format, code)
		}
		if line := columns.ReplaceAllString(stderr.String(), " "); strings.Count(line, "\n") != 1 || !strings.HasSuffix(line, want+"\n") {
			t.Errorf("%s: got %s\nwant the one line … %s", format, line, want)
		}
	}
}

func TestSettingsInTheLog(t *testing.T) {
	c, _, _, err := with([]string{"--admin-addr", "", "--max-store-bytes", "3145728"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	logged := zapcore.NewMapObjectEncoder()
	if err := c.MarshalLogObject(logged); err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]string{"admin-addr": "", "max-store-bytes": "3MiB", "message-ttl": "1h", "log-level": "info"} {
		if got := logged.Fields[key]; got != want {
			t.Errorf("%s is logged as %q, want %q", key, got, want)
		}
	}
	if got := len(logged.Fields); got != len(settings(&c)) {
		t.Errorf("%d settings are logged, want all %d", got, len(settings(&c)))
	}
}

func ExampleConfig_report() {
	_, _, _, err := with(nil, map[string]string{"SSESERVER_MAX_STREAMS": "0"})
	fmt.Println(err)
	// Output: SSESERVER_MAX_STREAMS: must be a whole number from 1 to 10000000, got '0'
}
