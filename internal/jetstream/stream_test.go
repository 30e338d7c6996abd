package jetstream

import (
	"testing"

	"sseserver/internal/jetstream/record"
)

func TestServersThatServe(t *testing.T) {
	for _, test := range []struct {
		version string
		payload int64
		want    string
	}{
		{"2.11.0", 1 << 20, ""},
		{"2.15.2-RC.1", record.Room, ""},
		{"3.0.0", 8 << 20, ""},
		{"2.10.29", 1 << 20, "the NATS server has version 2.10.29, but 2.11 or newer is needed"},
		{"1.4.1", 1 << 20, "the NATS server has version 1.4.1, but 2.11 or newer is needed"},
		{"old", 1 << 20, "the NATS server has version old, but 2.11 or newer is needed"},
		{"2.11.0", record.Room - 1, "the NATS server has a max_payload of 819199, but 819200 is needed"},
	} {
		err := serves(test.version, test.payload)
		if (err == nil) != (test.want == "") || err != nil && (err.Error() != test.want || !isPermanent(err)) {
			t.Errorf("%s, %d\n got %v\nwant %v", test.version, test.payload, err, test.want)
		}
	}
}
