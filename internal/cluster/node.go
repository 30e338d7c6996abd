package cluster

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"sseserver/internal/ports"
)

// nodes are the nodes of a cluster, not started yet.
func nodes(config Config, engines []*Member) ([]*Member, error) {
	var all []*Member
	from := config.FirstPort
	for i := range config.Nodes {
		row, err := ports.Reserve(from, 2)
		if err != nil {
			freePorts(all)
			return nil, err
		}
		if from > 0 {
			from = row.First + ports.Step
		}
		m := member(config, fmt.Sprintf("node-%d", i+1), config.Server, row)
		m.URL, m.Admin = "http://"+row.At(0), "http://"+row.At(1)
		m.args = append([]string{
			"--addr=" + row.At(0), "--admin-addr=" + row.At(1),
			"--nats=" + strings.Join(urls(engines), ","), "--nats-replicas=" + strconv.Itoa(config.replicas()),
		}, config.NodeFlags...)
		m.probe = func(ctx context.Context) error { return m.probeNode(ctx) }
		all = append(all, m)
	}
	return all, nil
}

// probeNode asks the node whether it is ready. A node that was told to speak TLS
// says so to the first probe, and has another URL from then on.
func (m *Member) probeNode(ctx context.Context) error {
	answer, err := get(ctx, m.URL+"/readyz")
	if answer.status == http.StatusBadRequest && strings.Contains(answer.body, "HTTPS") {
		m.URL = "https" + strings.TrimPrefix(m.URL, "http")
	}
	if err == nil && answer.status != http.StatusOK {
		err = fmt.Errorf("/readyz answers %d: %s", answer.status, strings.TrimSpace(answer.body))
	}
	return err
}

// answer is what came of a GET.
type answer struct {
	status int
	body   string
}

// getTime bounds one request.
const getTime = 2 * time.Second

// get asks a member of this cluster, on a connection of its own.
func get(ctx context.Context, url string) (answer, error) {
	ctx, cancel := context.WithTimeout(ctx, getTime)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return answer{}, err
	}
	response, err := (&http.Transport{
		DisableKeepAlives: true,
		TLSClientConfig:   &tls.Config{InsecureSkipVerify: true}, // it is our own child, whose certificate may be self-signed
	}).RoundTrip(request)
	if err != nil {
		return answer{}, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return answer{response.StatusCode, string(body)}, err
}
