package load

import (
	"strings"
	"testing"
)

// Each cause for which nothing is sent is told as what it is, and counted alike.
func TestWhatIsNotSent(t *testing.T) {
	t.Parallel()
	for err, want := range map[error]string{errCrowded: "too many others", errRunOver: "the run was over"} {
		if text := err.Error(); !strings.HasPrefix(text, "not sent: ") || !strings.Contains(text, want) || publishErrorName(err) != "publish_unsent" {
			t.Errorf("%q, counted as %s; want %q, as publish_unsent", text, publishErrorName(err), want)
		}
	}
}
