package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
	"testing"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/oasdiff/yaml"
)

// composition is what the tests read of compose.yaml.
type composition struct {
	Services map[string]struct {
		Image       string            `json:"image"`
		Environment map[string]string `json:"environment"`
		Networks    []string          `json:"networks"`
		Volumes     []string          `json:"volumes"`
	} `json:"services"`
	Networks map[string]struct {
		Internal bool `json:"internal"`
		IPAM     struct {
			Config []struct {
				Subnet string `json:"subnet"`
			} `json:"config"`
		} `json:"ipam"`
	} `json:"networks"`
}

// secrets are those that compose.yaml asks for. One has only digits, as a random
// one may.
var secrets = map[string]string{"NATS_PASSWORD": "0123456789", "SSESERVER_SEND_TOKEN": "send", "SSESERVER_ADMIN_TOKEN": "admin"}

// compose reads compose.yaml, with the secrets.
func compose(t *testing.T) (c composition) {
	t.Helper()
	text := regexp.MustCompile(`\$\{(\w+)(:\?[^}]*)?\}`).ReplaceAllStringFunc(read(t, "compose.yaml"), func(variable string) string {
		name := regexp.MustCompile(`\w+`).FindString(variable)
		if secrets[name] == "" {
			t.Errorf("compose.yaml asks for %s", name)
		}
		return secrets[name]
	})
	if _, err := yaml.Unmarshal([]byte(text), &c, yaml.DecodeOpts{}); err != nil {
		t.Fatal(err)
	}
	return c
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// The containers find each other, and nobody else finds the NATS servers.
func TestComposition(t *testing.T) {
	c := compose(t)
	var names []string
	for name := range c.Services {
		names = append(names, name)
	}
	slices.Sort(names)
	if want := []string{"balancer", "nats-1", "nats-2", "nats-3", "node-1", "node-2", "node-3"}; !slices.Equal(names, want) {
		t.Errorf("services %v, want %v", names, want)
	}
	for _, name := range names[1:4] {
		s := c.Services[name]
		if image := "nats:" + natsVersion(t) + "-alpine"; s.Image != image || s.Environment["NATS_NAME"] != name ||
			!slices.Equal(s.Networks, []string{"nats"}) || !slices.Contains(s.Volumes, name+":/data") {
			t.Errorf("%s is %+v; want the image %s", name, s, image)
		}
	}
	for _, name := range names[4:] {
		s := c.Services[name]
		if s.Environment["SSESERVER_TRUSTED_PROXIES"] != c.Networks["balancer"].IPAM.Config[0].Subnet || !slices.Equal(s.Networks, []string{"nats", "balancer"}) {
			t.Errorf("%s is %+v", name, s)
		}
		for i := range 3 {
			if url := fmt.Sprintf("nats://sseserver:%s@%s:4222", secrets["NATS_PASSWORD"], names[1+i]); !strings.Contains(s.Environment["SSESERVER_NATS"], url) {
				t.Errorf("%s does not know %s", name, url)
			}
		}
	}
	if !c.Networks["nats"].Internal || slices.Contains(c.Services["balancer"].Networks, "nats") {
		t.Error("the NATS servers can be reached from outside")
	}
	for name := range secrets {
		if !strings.Contains(read(t, "env.example"), "\n"+name+"=\n") {
			t.Errorf("env.example has no %s", name)
		}
	}
}

// natsVersion is that of the nats-server which the tests use.
func natsVersion(t *testing.T) string {
	t.Helper()
	info, ok := debug.ReadBuildInfo()
	if !ok {
		t.Fatal("no build info")
	}
	for _, module := range info.Deps {
		if module.Path == "github.com/nats-io/nats-server/v2" {
			return strings.TrimPrefix(module.Version, "v")
		}
	}
	t.Fatal("nats-server is not linked")
	return ""
}

// The NATS servers of the containers are a cluster, with the user and the
// permissions that docs/security.md shows and cmd/sseserver tests.
func TestNATSConfiguration(t *testing.T) {
	for name, value := range compose(t).Services["nats-2"].Environment {
		t.Setenv(name, value)
	}
	path, err := filepath.Abs("nats.conf")
	if err != nil {
		t.Fatal(err)
	}
	o, err := server.ProcessConfigFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if o.ServerName != "nats-2" || o.Port != 4222 || o.HTTPPort != 8222 || !o.JetStream || o.StoreDir != "/data" {
		t.Errorf("the server is %+v", o)
	}
	if o.Cluster.Port != 6222 || len(o.Routes) != 3 || o.Routes[2].Host != "nats-3:6222" {
		t.Errorf("the cluster is %+v with %v", o.Cluster, o.Routes)
	}
	if len(o.Users) != 1 || o.Users[0].Username != "sseserver" || o.Users[0].Password != secrets["NATS_PASSWORD"] {
		t.Errorf("users %+v", o.Users)
	}
	accounts := regexp.MustCompile(`(?ms)^accounts \{.*?^\}`)
	shown := strings.Replace(accounts.FindString(read(t, "../../docs/security.md")), "change-me", "$NATS_PASSWORD", 1)
	if accounts.FindString(read(t, path)) != shown || shown == "" {
		t.Errorf("the account differs from that in docs/security.md:\n%s", shown)
	}
}
