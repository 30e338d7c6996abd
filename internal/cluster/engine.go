package cluster

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"text/template"
	"time"

	"sseserver/internal/ports"
)

// configuration is that of an engine.
var configuration = template.Must(template.New("").Parse(`# An engine of a local cluster.
server_name: {{.Name}}
listen: "{{.Ports.At 0}}"
http: "{{.Ports.At 1}}" # monitoring

jetstream { store_dir: {{printf "%q" .Data}} }
{{if .Routes}}
cluster {
  name: sseserver
  listen: "{{.Ports.At 2}}"
  pool_size: -1 # one route to each of the others
  routes: [{{range .Routes}}
    "nats://{{.}}"{{end}}
  ]
}
{{end}}`))

// engines are the engines of a cluster, not started yet.
func engines(config Config) (all []*Member, err error) {
	if err := sameSize(config); err != nil {
		return nil, err
	}
	var routes []string
	for i := range config.Engines {
		row, err := ports.Reserve(0, 3)
		if err != nil {
			freePorts(all)
			return nil, err
		}
		m := member(config, engineName(i), config.Engine, row)
		m.URL, m.Admin = "nats://"+row.At(0), "http://"+row.At(1)
		m.args = []string{filepath.Join(config.Dir, m.Name+".conf")}
		m.probe = func(ctx context.Context) error { return m.probeEngine(ctx, config.Engines > 1) }
		all = append(all, m)
		routes = append(routes, row.At(2))
	}
	if config.Engines == 1 {
		routes = nil
	}
	for _, m := range all {
		if err := m.configure(filepath.Join(config.Dir, m.Name), routes); err != nil {
			freePorts(all)
			return nil, err
		}
	}
	return all, nil
}

func engineName(i int) string { return fmt.Sprintf("engine-%d", i+1) }

// sameSize refuses data of a cluster with another number of engines: they would
// wait for those that are missing, or not know of those that are new.
func sameSize(config Config) error {
	there := 0
	for i := range maxSize {
		if _, err := os.Stat(filepath.Join(config.Dir, engineName(i))); err == nil {
			there = i + 1
		}
	}
	if there > 0 && there != config.Engines {
		return fmt.Errorf("cluster: %s is that of a cluster with %d engines, not %d", config.Dir, there, config.Engines)
	}
	return nil
}

// configure writes the engine's configuration.
func (m *Member) configure(data string, routes []string) error {
	var text strings.Builder
	err := configuration.Execute(&text, struct {
		Name, Data string
		Ports      ports.Row
		Routes     []string
	}{m.Name, data, m.ports, routes})
	if err == nil {
		err = os.WriteFile(m.args[0], []byte(text.String()), 0o600)
	}
	if err != nil {
		return fmt.Errorf("cluster: %w", err)
	}
	return nil
}

// state is what an engine's monitoring knows of JetStream, as far as it is needed.
type state struct {
	Meta struct {
		Leader   string `json:"leader"` // the name of the engine
		Replicas []struct {
			Current bool `json:"current"`
			Offline bool `json:"offline"`
		} `json:"replicas"` // the others, where the leader answers
	} `json:"meta_cluster"`
	Accounts []struct {
		Streams []struct {
			Name string `json:"name"`
		} `json:"stream_detail"`
	} `json:"account_details"`
}

// askEngine asks an engine about JetStream.
func (m *Member) askEngine(ctx context.Context, query string) (s state, err error) {
	err = m.ask(ctx, "/jsz?"+query, &s)
	return s, err
}

// ask asks the monitoring of an engine.
func (m *Member) ask(ctx context.Context, path string, to any) error {
	answer, err := get(ctx, m.Admin+path)
	if err != nil {
		return err
	}
	if answer.status != http.StatusOK {
		return fmt.Errorf("%s answers %d: %s", path, answer.status, answer.body)
	}
	return json.Unmarshal([]byte(answer.body), to)
}

// probeEngine asks the engine whether it has all of its data, and a leader.
func (m *Member) probeEngine(ctx context.Context, clustered bool) error {
	answer, err := get(ctx, m.Admin+"/healthz")
	if err != nil {
		return err
	}
	if answer.status != http.StatusOK {
		return fmt.Errorf("/healthz answers %d: %s", answer.status, answer.body)
	}
	if !clustered {
		return nil
	}
	s, err := m.askEngine(ctx, "")
	if err == nil && s.Meta.Leader == "" {
		err = errors.New("the engines have no leader yet")
	}
	return err
}

// formed waits until the engines' leader has all others, and each has a route to each:
// before, there may not be enough of them for the replicas of a stream, or one that
// clients are connected to does not reach the one that leads the stream.
func formed(ctx context.Context, engines []*Member) error {
	if len(engines) == 1 {
		return nil
	}
	return until(ctx, func() error {
		for _, m := range engines {
			if err := m.reaches(ctx, len(engines)-1); err != nil {
				return err
			}
		}
		for _, m := range engines {
			s, err := m.askEngine(ctx, "")
			if err != nil {
				return err
			}
			if s.Meta.Leader == m.Name && s.hasAll(len(engines)) {
				return nil
			}
		}
		return errors.New("cluster: the engines have not found each other")
	})
}

// reaches returns an error if the engine has no route to so many others.
func (m *Member) reaches(ctx context.Context, others int) error {
	var routes struct {
		Routes []struct {
			Name string `json:"remote_name"`
		} `json:"routes"`
	}
	if err := m.ask(ctx, "/routez", &routes); err != nil {
		return err
	}
	names := make(map[string]bool)
	for _, route := range routes.Routes {
		names[route.Name] = true
	}
	if len(names) != others {
		return fmt.Errorf("cluster: %s has routes to %d others of %d", m.Name, len(names), others)
	}
	return nil
}

// hasAll says, of the leader's state, whether it has that many engines, itself
// included.
func (s state) hasAll(engines int) bool {
	for _, replica := range s.Meta.Replicas {
		if !replica.Current || replica.Offline {
			return false
		}
	}
	return len(s.Meta.Replicas)+1 == engines
}

// until tries again and again, until there is no error or ctx ends.
func until(ctx context.Context, try func() error) error {
	again := time.NewTicker(probing)
	defer again.Stop()
	for {
		err := try()
		if err == nil {
			return nil
		}
		select {
		case <-again.C:
		case <-ctx.Done():
			return err
		}
	}
}

// leads says, of the streams that an engine leads, whether one has the name.
func (s state) leads(stream string) bool {
	for _, account := range s.Accounts {
		for _, led := range account.Streams {
			if led.Name == stream {
				return true
			}
		}
	}
	return false
}
