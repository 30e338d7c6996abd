package docscheck

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"sseserver/internal/jetstream/enginetest"
)

const (
	rulesDir   = top + "/deploy/prometheus"
	rulesFile  = "sseserver.rules.yml"
	adminToken = "for-prometheus"
)

// TestRules lets Prometheus's own tool check the configuration and the rules, and run their tests.
func TestRules(t *testing.T) {
	wantPrograms(t, "promtool")
	dir := copyRules(t)
	for _, words := range [][]string{
		{"check", "config", "prometheus.yml"}, // the rules, too
		{"test", "rules", "sseserver.rules.test.yml"},
	} {
		cmd := exec.Command("promtool", words...)
		cmd.Dir = dir
		if said, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("promtool %s: %v\n%s", strings.Join(words, " "), err, said)
		}
	}
}

// copyRules is the directory as an operator has it, with a token.
func copyRules(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(rulesDir)); err != nil {
		t.Fatal(err)
	}
	save(t, dir, "sseserver.token", adminToken)
	return dir
}

// prometheus is one that watches a server. For one goroutine.
type prometheus struct{ url string }

// startPrometheus starts a server with a shared store, lets it do a little of everything, and
// starts Prometheus as deploy/prometheus configures it. It has scraped the server twice.
func startPrometheus(t *testing.T) prometheus {
	t.Helper()
	wantPrograms(t, "prometheus")
	bin := t.TempDir()
	if output, code := finish(t, shell("", top, "go build -o "+bin+" ./cmd/sseserver")); code != 0 {
		t.Fatalf("no server: %s", output)
	}
	engine, dir := enginetest.Start(t, 1).URLs()[0], copyRules(t)
	server := serve(t, shell(bin, dir, "sseserver --log-file server.log --admin-token "+adminToken+" --nats "+engine), serves)
	use(t, server)

	target, twice := countScrapes(t, "http://"+adminIn(t, filepath.Join(dir, "server.log")))
	config, err := os.ReadFile(filepath.Join(dir, "prometheus.yml"))
	if err != nil {
		t.Fatal(err)
	}
	quick := strings.NewReplacer("127.0.0.1:4401", target, "_interval: 15s", "_interval: 2s").Replace(string(config))
	save(t, dir, "prometheus.yml", quick)
	p := prometheus{runPrometheus(t, dir)}
	<-twice
	return p
}

// use is a little load: a message that is streamed to its end, and something that is refused.
func use(t *testing.T, server string) {
	t.Helper()
	for _, path := range []string{"/stream/" + submit(t, server) + "?interval=1ms", "/stream/unknown"} {
		response, err := http.Get(server + path)
		if err != nil {
			t.Fatal(err)
		}
		_, err = io.Copy(io.Discard, response.Body)
		response.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
	}
}

// countScrapes is a way to the admin listener; twice is closed when two scrapes through it are over, which
// is when another begins.
func countScrapes(t *testing.T, admin string) (host string, twice <-chan struct{}) {
	t.Helper()
	to, err := url.Parse(admin)
	if err != nil {
		t.Fatal(err)
	}
	done, answers := make(chan struct{}), 0 // of one scrape at a time
	proxy := httputil.NewSingleHostReverseProxy(to)
	proxy.ModifyResponse = func(answer *http.Response) error {
		if answer.StatusCode == http.StatusOK {
			answers++
		}
		if answers == 3 {
			close(done)
		}
		return nil
	}
	counter := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Host = to.Host
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(counter.Close)
	return strings.TrimPrefix(counter.URL, "http://"), done
}

// runPrometheus runs it until the end of the test, and returns where it listens.
func runPrometheus(t *testing.T, dir string) (url string) {
	t.Helper()
	cmd := exec.Command("prometheus", "--config.file=prometheus.yml", "--storage.tsdb.path=data", "--web.listen-address=127.0.0.1:0", "--log.format=json")
	cmd.Dir = dir
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
	})
	var said strings.Builder
	for lines := bufio.NewScanner(stderr); lines.Scan(); {
		said.WriteString(lines.Text() + "\n")
		if at := listening.FindStringSubmatch(lines.Text()); at != nil {
			go io.Copy(io.Discard, stderr) // ends with the program
			return "http://" + at[1]
		}
	}
	t.Fatalf("Prometheus does not listen:\n%s", said.String())
	return ""
}

var listening = regexp.MustCompile(`"address":"(127\.0\.0\.1:\d+)".*"msg":"Listening on"`)

// get asks the API for something.
func (p prometheus) get(t *testing.T, path string, query url.Values, data any) {
	t.Helper()
	response, err := http.Get(p.url + "/api/v1/" + path + "?" + query.Encode())
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	answer := struct {
		Status, Error string
		Data          any
	}{Data: data}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil || answer.Status != "success" {
		t.Fatalf("%s %v: %v %s", path, query, err, answer.Error)
	}
}

// series are the labels of what an expression finds.
func (p prometheus) series(t *testing.T, expression string) (found []map[string]string) {
	t.Helper()
	var data struct {
		Result []struct{ Metric map[string]string }
	}
	p.get(t, "query", url.Values{"query": {expression}}, &data)
	for _, result := range data.Result {
		found = append(found, result.Metric)
	}
	return found
}

// wantSeries fails the test unless an expression finds something, with these labels and
// those that it groups by.
func (p prometheus) wantSeries(t *testing.T, where, expression string, labels ...string) {
	t.Helper()
	found := p.series(t, expression)
	if len(found) == 0 {
		t.Errorf("%s: nothing is found by %s", where, expression)
	}
	for _, grouped := range grouping.FindAllStringSubmatch(expression, -1) {
		labels = append(labels, strings.Split(strings.ReplaceAll(grouped[1], " ", ""), ",")...)
	}
	for _, series := range found {
		for _, label := range labels {
			if label != "le" && series[label] == "" {
				t.Errorf("%s: %s has no label %q: %v", where, expression, label, series)
			}
		}
	}
}

var grouping = regexp.MustCompile(`by \(([^)]*)\)`)

// TestRulesFindTheirMetrics has each alert find what it is about in a server that runs.
func TestRulesFindTheirMetrics(t *testing.T) {
	t.Parallel()
	p := startPrometheus(t)
	t.Run("rules", func(t *testing.T) { testRules(t, p) })
	t.Run("dashboard", func(t *testing.T) { testDashboard(t, p) })
	t.Run("metrics.md", func(t *testing.T) { testShownQueries(t, p) })
}

func testRules(t *testing.T, p prometheus) {
	var rules struct {
		Groups []struct {
			Rules []struct {
				Name, Query string
				Annotations map[string]string
				Labels      map[string]string
			}
		}
	}
	p.get(t, "rules", nil, &rules)
	cases, err := os.ReadFile(filepath.Join(rulesDir, "sseserver.rules.test.yml"))
	if err != nil {
		t.Fatal(err)
	}
	if len(rules.Groups) != 1 || len(rules.Groups[0].Rules) < 5 {
		t.Fatalf("the rules are %v", rules)
	}
	for _, rule := range rules.Groups[0].Rules {
		p.wantSeries(t, rule.Name, whatever(rule.Query), labelsUsed.names(rule.Annotations["summary"]+rule.Annotations["description"])...)
		if !regexp.MustCompile("alertname: " + rule.Name + "\n *exp_alerts:\n").Match(cases) {
			t.Errorf("%s: no test has it fire", rule.Name)
		}
		wantHeading(t, rule.Annotations["runbook"])
	}
}

// whatever is an alert's expression that holds whatever the values are.
func whatever(expression string) string {
	if inner, ok := strings.CutPrefix(expression, "absent("); ok {
		return strings.TrimSuffix(inner, ")")
	}
	return comparison.ReplaceAllString(expression, " $1 bool ")
}

var comparison = regexp.MustCompile(` (==|>|<|>=|<=|!=) `)

// names finds labels in templates.
type templates struct{ *regexp.Regexp }

var (
	labelsUsed = templates{regexp.MustCompile(`\$labels\.(\w+)`)}
	legends    = templates{regexp.MustCompile(`{{(\w+)}}`)}
)

func (p templates) names(text string) (names []string) {
	for _, match := range p.FindAllStringSubmatch(text, -1) {
		names = append(names, match[1])
	}
	return names
}

// wantHeading fails the test unless the link, as in docs/alerts.md#x, leads to a heading.
func wantHeading(t *testing.T, link string) {
	t.Helper()
	file, anchor, _ := strings.Cut(link, "#")
	content, err := os.ReadFile(filepath.Join(top, file))
	if err != nil || !strings.Contains(strings.ToLower(string(content)), fmt.Sprintf("\n## %s\n", anchor)) {
		t.Errorf("%s leads nowhere: %v", link, err)
	}
}
