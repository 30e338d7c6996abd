package admin_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// answer is a whole response.
type answer struct {
	*http.Response
	body string
}

// wantProblem checks that the answer is the problem with this status and code, and
// returns the parameter that it names, if it does.
func (a answer) wantProblem(t *testing.T, status int, code string) (parameter string) {
	t.Helper()
	var problem struct {
		Type, Title, Detail, Code, Parameter string
		Status                               int
	}
	err := json.Unmarshal([]byte(a.body), &problem)
	if err != nil || a.StatusCode != status || a.Header.Get("Content-Type") != "application/problem+json" ||
		problem.Code != code || problem.Status != status || problem.Type != "urn:sseserver:problem:"+code || problem.Title == "" || problem.Detail == "" {
		t.Errorf("%s %s: %s, %s, %q; want %d %s, with all members", a.Request.Method, a.Request.URL, a.Status, a.Header.Get("Content-Type"), a.body, status, code)
	}
	if retry := a.Header.Get("Retry-After"); (retry != "") != (status == http.StatusServiceUnavailable) {
		t.Errorf("%s %s: %d with Retry-After %q", a.Request.Method, a.Request.URL, status, retry)
	}
	return problem.Parameter
}

func (a answer) wantHeader(t *testing.T, want map[string]string) {
	t.Helper()
	for name, value := range want {
		if got := a.Header.Get(name); got != value {
			t.Errorf("%s %s: %s: %q; want %q", a.Request.Method, a.Request.URL, name, got, value)
		}
	}
}
