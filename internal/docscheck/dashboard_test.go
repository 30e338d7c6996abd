package docscheck

import (
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"
)

// dashboard is what is checked of one.
type dashboard struct {
	Panels []struct {
		ID          int
		Type, Title string
		Description string
		GridPos     struct{ X, Y, W, H int }
		Targets     []struct{ Expr, LegendFormat string }
		Datasource  struct{ UID string }
	}
	Templating struct {
		List []struct{ Name, Definition string }
	}
	Annotations struct{ List []struct{ Expr string } }
}

// chosen is what stands here for the variables of a dashboard.
var chosen = strings.NewReplacer("$job", "sseserver", "$instance", ".*", "$__rate_interval", "1m", "$__range", "1h", "$__interval", "30s")

// testDashboard has each panel show something, in legends that exist.
func testDashboard(t *testing.T, p prometheus) {
	d := readDashboard(t)
	ids := map[int]bool{}
	for _, panel := range d.Panels {
		if ids[panel.ID] {
			t.Errorf("%s: another panel has the number %d", panel.Title, panel.ID)
		}
		ids[panel.ID] = true
		if panel.Type == "row" {
			continue
		}
		if panel.Description == "" || panel.Datasource.UID != "${datasource}" || len(panel.Targets) == 0 {
			t.Errorf("%s: it lacks a description, the chosen data source, or a query", panel.Title)
		}
		for _, target := range panel.Targets {
			p.wantSeries(t, panel.Title, whatever(chosen.Replace(target.Expr)), legends.names(target.LegendFormat)...)
		}
	}
	for _, variable := range d.Templating.List {
		if query := labelValues.FindStringSubmatch(variable.Definition); query != nil {
			p.wantSeries(t, variable.Name, chosen.Replace(query[1]), query[2])
		}
	}
	for _, annotation := range d.Annotations.List {
		p.wantSeries(t, "annotation", whatever(chosen.Replace(annotation.Expr)))
	}
}

var labelValues = regexp.MustCompile(`^label_values\((.*), (\w+)\)$`)

func readDashboard(t *testing.T) (d dashboard) {
	t.Helper()
	content, err := os.ReadFile(top + "/deploy/grafana/sseserver.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(content, &d); err != nil || len(d.Panels) == 0 {
		t.Fatalf("no dashboard: %v", err)
	}
	return d
}

// Every metric of ours is on the dashboard.
func TestDashboardShowsAll(t *testing.T) {
	var all strings.Builder
	for _, panel := range readDashboard(t).Panels {
		for _, target := range panel.Targets {
			all.WriteString(target.Expr + "\n")
		}
	}
	table, err := os.ReadFile(top + "/docs/metrics.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range regexp.MustCompile("(?m)^\\| `(sseserver_\\w+)").FindAllStringSubmatch(string(table), -1) {
		if !strings.Contains(all.String(), row[1]) {
			t.Errorf("the dashboard does not show %s", row[1])
		}
	}
}

// Panels do not lie upon each other.
func TestDashboardHasRoom(t *testing.T) {
	taken := map[[2]int]string{}
	for _, panel := range readDashboard(t).Panels {
		at := panel.GridPos
		if at.X+at.W > 24 {
			t.Errorf("%s: it ends at column %d of 24", panel.Title, at.X+at.W)
		}
		for x := at.X; x < at.X+at.W; x++ {
			for y := at.Y; y < at.Y+at.H; y++ {
				if other := taken[[2]int{x, y}]; other != "" {
					t.Fatalf("%s lies upon %s", panel.Title, other)
				}
				taken[[2]int{x, y}] = panel.Title
			}
		}
	}
}

// testShownQueries has the queries of docs/metrics.md find something.
func testShownQueries(t *testing.T, p prometheus) {
	content, err := os.ReadFile(top + "/docs/metrics.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?ms)^```promql\n(.*?)^```$").FindAllStringSubmatch(string(content), -1)
	for _, block := range blocks {
		for line := range strings.Lines(block[1]) {
			if !strings.HasPrefix(line, "#") {
				p.wantSeries(t, "docs/metrics.md", strings.TrimSpace(line))
			}
		}
	}
	if len(blocks) == 0 {
		t.Error("docs/metrics.md shows no query")
	}
}
