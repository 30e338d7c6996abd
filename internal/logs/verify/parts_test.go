package verify_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"go.uber.org/zap/zapcore"
)

// A log that begins in the middle, as a rotated file does, has no problem.
func TestFromTheMiddle(t *testing.T) {
	for _, level := range []zapcore.Level{zapcore.DebugLevel, zapcore.InfoLevel} {
		log := lines(record(t, 1, 1, level))
		for i := 1; i < len(log); i += len(log) / 25 {
			if problems, _ := alone(t, strings.Join(log[i:], "")); problems != "" {
				t.Errorf("%s, from line %d on: %s", level, i+1, problems)
			}
		}
	}
}

var (
	ofMessage = regexp.MustCompile(`"event":"message\.|"http.route":"/(send|messages)|"event":"server.shutdown_completed"`)
	seq       = regexp.MustCompile(`^{"seq":\d+`)
)

// elsewhere is the log of a node whose messages are submitted to another one, and end
// there. It has no end, as that counts them.
func elsewhere(log []byte) string {
	var node strings.Builder
	n := 0
	for _, line := range lines(log) {
		if ofMessage.MatchString(line) {
			continue
		}
		n++
		line = strings.Replace(line, `"nats":""`, `"nats":"nats://127.0.0.1"`, 1)
		node.WriteString(seq.ReplaceAllString(line, fmt.Sprintf(`{"seq":%d`, n)))
	}
	return node.String()
}

// A node of several does not know what happens on the others.
func TestMessagesOfOtherNodes(t *testing.T) {
	for _, level := range []zapcore.Level{zapcore.DebugLevel, zapcore.InfoLevel} {
		if problems, _ := alone(t, elsewhere(record(t, 1, 1, level))); problems != "" {
			t.Errorf("%s: %s", level, problems)
		}
	}
}
