package admin_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sseserver/internal/admin"
	"sseserver/internal/logs"
	"sseserver/internal/logs/logstest"
	"sseserver/internal/metrics"
)

const adminToken = "an:admin token's"

// listener is the handler of an admin listener and what it logs.
type listener struct {
	http.Handler
	log bytes.Buffer
}

func newAdmin(t *testing.T, config admin.Config) *listener {
	t.Helper()
	a := &listener{}
	output, err := logs.New(logs.Config{Stderr: &a.log})
	if err != nil {
		t.Fatal(err)
	}
	config.Metrics, config.Output = metrics.New(metrics.Config{}), output
	a.Handler = admin.New(config)
	t.Cleanup(func() {
		output.Close(time.Minute)
		logstest.CheckJSON(t, a.log.Bytes())
	})
	return a
}

// ask sends a request with these fields, of which Host is one.
func (a *listener) ask(method, target, body string, header ...string) answer {
	request := httptest.NewRequest(method, target, strings.NewReader(body))
	request.Host = "localhost:4401"
	for i := 0; i < len(header); i += 2 {
		if header[i] == "Host" {
			request.Host = header[i+1]
			continue
		}
		request.Header.Add(header[i], header[i+1])
	}
	return a.answer(request)
}

func (a *listener) answer(request *http.Request) answer {
	recorder := httptest.NewRecorder()
	a.ServeHTTP(recorder, request)
	response := recorder.Result()
	response.Request = request
	return answer{response, recorder.Body.String()}
}

// wantStatus also checks what all answers have in common.
func (a answer) wantStatus(t *testing.T, status int) {
	t.Helper()
	if a.StatusCode != status {
		t.Errorf("%s %s to %q %v: %s %s, want %d", a.Request.Method, a.Request.URL, a.Request.Host, a.Request.Header, a.Status, a.body, status)
	}
	a.wantHeader(t, map[string]string{"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"})
}

// A page that has its name resolve to this machine, for its scripts to read what
// is here, is not answered.
func TestAdminHosts(t *testing.T) {
	a := newAdmin(t, admin.Config{Hosts: []string{"admin.example", "192.0.2.7", "2001:db8::7"}})
	for _, host := range []string{
		"localhost", "localhost:4401", "LocalHost:1", "box.localhost:4401", "127.0.0.1", "127.0.0.1:9", "127.8.9.10:4401", "[::1]:4401", "[::1]",
		"[::ffff:127.0.0.1]:4401", "admin.example", "ADMIN.example:80", "192.0.2.7:4401", "[2001:db8::7]:4401",
	} {
		a.ask("GET", "/metrics", "", "Host", host).wantStatus(t, 200)
	}
	for _, host := range []string{
		"evil.example", "evil.example:4401", "", ":4401", "localhost.evil.example", "notlocalhost", "127.0.0.1.evil.example", "127.0.0.1@evil.example", "evil.example:80:4401",
		"192.0.2.8:4401", "0.0.0.0:4401", "[::]:4401", "xadmin.example", "admin.example.evil", "2130706433",
	} {
		for _, path := range []string{"/metrics", "/debug/pprof/", "/debug/pprof/cmdline", "/debug/log-level", "/", "/nothing"} {
			got := a.ask("GET", path, "", "Host", host)
			got.wantStatus(t, 403)
			got.wantProblem(t, 403, "forbidden")
		}
	}
}

func TestAdminCrossSite(t *testing.T) {
	a := newAdmin(t, admin.Config{})
	for _, fields := range [][]string{
		{"Sec-Fetch-Site", "none"},
		{"Sec-Fetch-Site", "same-origin"},
		{"Sec-Fetch-Site", "same-origin", "Origin", "http://localhost:4401"},
		{"Origin", "http://localhost:4401"},
		{"Origin", "https://LOCALHOST:4401"},
	} {
		a.ask("GET", "/metrics", "", fields...).wantStatus(t, 200)
	}
	for _, fields := range [][]string{
		{"Sec-Fetch-Site", "cross-site"},
		{"Sec-Fetch-Site", "same-site"},
		{"Sec-Fetch-Site", ""},
		{"Sec-Fetch-Site", "new-word"},
		{"Sec-Fetch-Site", "none", "Sec-Fetch-Site", "cross-site"},
		{"Origin", "https://evil.example"},
		{"Origin", "http://localhost:3000"},
		{"Origin", "null"},
		{"Origin", "http://localhost:4401.evil.example"},
		{"Origin", "http://localhost:4401", "Origin", "http://evil.example"},
		{"Origin", "http://[::1"},
	} {
		a.ask("GET", "/metrics", "", fields...).wantProblem(t, 403, "forbidden")
		a.ask("PUT", "/debug/log-level", `{"level":"error"}`, fields...).wantProblem(t, 403, "forbidden")
	}
	a.wantLevel(t, "info")
}

func TestAdminToken(t *testing.T) {
	a := newAdmin(t, admin.Config{Token: adminToken})
	basic := func(user, password string) string {
		request := httptest.NewRequest("GET", "/", nil)
		request.SetBasicAuth(user, password)
		return request.Header.Get("Authorization")
	}
	for _, field := range []string{"Bearer " + adminToken, "bearer " + adminToken, basic("", adminToken), basic("prometheus", adminToken)} {
		a.ask("GET", "/metrics", "", "Authorization", field).wantStatus(t, 200)
	}
	for _, field := range []string{
		"", "Bearer", "Bearer x", "Bearer " + adminToken + "x", "Basic " + adminToken, "Basic", basic("", ""), basic(adminToken, ""), basic(adminToken, "x"), basic("x", adminToken+"x"),
	} {
		for _, path := range []string{"/metrics", "/debug/pprof/heap", "/debug/pprof/cmdline", "/debug/log-level", "/", "/nothing"} {
			got := a.ask("GET", path, "", "Authorization", field)
			got.wantStatus(t, 401)
			got.wantProblem(t, 401, "unauthorized")
			challenges := got.Header.Values("WWW-Authenticate")
			if len(challenges) != 2 || challenges[0] != `Basic realm="sseserver admin", charset="UTF-8"` || challenges[1] != "Bearer" {
				t.Errorf("WWW-Authenticate: %q", challenges)
			}
		}
	}
	// A right token makes no wrong host right, and a wrong host is not asked for it.
	for _, field := range []string{"", "Bearer " + adminToken} {
		got := a.ask("GET", "/metrics", "", "Host", "evil.example", "Authorization", field)
		got.wantProblem(t, 403, "forbidden")
		got.wantHeader(t, map[string]string{"WWW-Authenticate": ""})
	}
}

func (a *listener) wantLevel(t *testing.T, level string) {
	t.Helper()
	got := a.ask("GET", "/debug/log-level", "")
	got.wantStatus(t, 200)
	if want := `{"level":"` + level + `"}`; got.body != want {
		t.Errorf("the level: %s, want %s", got.body, want)
	}
}

func TestLogLevel(t *testing.T) {
	a := newAdmin(t, admin.Config{})
	a.wantLevel(t, "info")
	form := []string{"Content-Type", "application/x-www-form-urlencoded"}
	for _, level := range []string{"debug", "info", "warn", "error"} {
		for body, fields := range map[string][]string{`{"level":"` + level + `"}`: nil, "level=" + level: form} {
			a.ask("PUT", "/debug/log-level", body, fields...).wantStatus(t, 200)
			a.wantLevel(t, level)
		}
	}
	for _, body := range []string{
		`{"level":"fatal"}`, `{"level":"panic"}`, `{"level":"dpanic"}`, `{"level":"INFO"}`, `{"level":""}`, `{"level":5}`, `{"level":"info"} x`, `{}`, `[]`, ``, `info`, `level=info`,
	} {
		a.ask("PUT", "/debug/log-level", body).wantProblem(t, 400, "invalid_parameter")
	}
	for _, body := range []string{"level=fatal", "level=", "", "%zz", "level=Info"} {
		a.ask("PUT", "/debug/log-level?level=info", body, form...).wantProblem(t, 400, "invalid_parameter")
	}
	a.ask("PUT", "/debug/log-level", `{"level":"info","more":"`+strings.Repeat("x", 1<<10)+`"}`).wantProblem(t, 413, "message_too_large")
	a.ask("POST", "/debug/log-level", `{"level":"info"}`).wantStatus(t, 405)
	a.wantLevel(t, "error")
}

// What records for a time has an end, also where package pprof would find the
// number in the body.
func TestProfileSeconds(t *testing.T) {
	a := newAdmin(t, admin.Config{})
	for _, path := range []string{"profile", "trace", "heap", "goroutine", "allocs", "nothing"} {
		for _, seconds := range []string{"100000", "61", "0", "-1", "0.5", "1e3", "NaN", "x", "99999999999999999999"} {
			a.ask("GET", "/debug/pprof/"+path+"?seconds="+seconds, "").wantProblem(t, 400, "invalid_parameter")
		}
	}
	form := "--b\r\nContent-Disposition: form-data; name=\"seconds\"\r\n\r\n100000\r\n--b--\r\n"
	a.ask("GET", "/debug/pprof/profile", form, "Content-Type", "multipart/form-data; boundary=b").wantProblem(t, 400, "invalid_parameter")
	a.ask("GET", "/debug/pprof/heap?debug=1", "").wantStatus(t, 200)
	a.ask("GET", "/debug/pprof/", "").wantStatus(t, 200)
}

// withDeadlines notes the read deadline that a handler sets.
type withDeadlines struct {
	*httptest.ResponseRecorder
	read time.Time
}

func (w *withDeadlines) SetReadDeadline(deadline time.Time) error {
	w.read = deadline
	return nil
}

// There is one recording at a time, and it takes the time that was asked for,
// though the server gives a request less.
func TestOneProfileAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newAdmin(t, admin.Config{})
		first := &withDeadlines{httptest.NewRecorder(), time.Now()}
		start := time.Now()
		ended := make(chan time.Duration, 1)
		go func() {
			request := httptest.NewRequest("GET", "/debug/pprof/heap?seconds=60", nil)
			request.Host = "localhost"
			a.ServeHTTP(first, request)
			ended <- time.Since(start)
		}()
		synctest.Wait()
		for _, path := range []string{"heap?seconds=1", "profile", "trace", "profile?seconds=1"} {
			a.ask("GET", "/debug/pprof/"+path, "").wantProblem(t, 503, "busy")
		}
		a.ask("GET", "/debug/pprof/heap", "").wantStatus(t, 200) // takes no time
		if took := <-ended; took != time.Minute || first.Code != 200 || !first.read.IsZero() {
			t.Errorf("it took %v, %d, with a read deadline of %v", took, first.Code, first.read)
		}
		a.ask("GET", "/debug/pprof/heap?seconds=1", "").wantStatus(t, 200)
	})
}

// The command line can hold tokens.
func TestNoCommandLine(t *testing.T) {
	a := newAdmin(t, admin.Config{})
	a.ask("GET", "/debug/pprof/cmdline", "").wantProblem(t, 404, "not_found")
}
