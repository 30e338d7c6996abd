package jetstream

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"sseserver/internal/jetstream/record"
)

// unlimited is what JetStream says.
const unlimited = -1

// wanted is the stream as it is made. It has no limits: what expires says so itself.
func (s *Store) wanted() jetstream.StreamConfig {
	return jetstream.StreamConfig{
		Name:        s.config.Stream,
		Description: "messages of sseserver",
		Subjects:    []string{s.subjects.all},
		Storage:     jetstream.FileStorage,
		Retention:   jetstream.LimitsPolicy,
		Discard:     jetstream.DiscardNew,
		Replicas:    s.config.Replicas,
		MaxMsgs:     unlimited,
		MaxBytes:    unlimited,
		MaxMsgSize:  unlimited,

		MaxMsgsPerSubject: unlimited,
		MaxConsumers:      unlimited,

		AllowDirect: true, // histories are read from any replica
		AllowRollup: true, // a removal takes the place of the text
		AllowMsgTTL: true, // and vanishes
		RePublish: &jetstream.RePublish{
			Source:      s.subjects.all,
			Destination: s.config.Stream + ".live.{{wildcard(1)}}",
		},
	}
}

type streamAnswer struct {
	refusal
	Config jetstream.StreamConfig `json:"config"`
}

// prepare makes the stream if it is not there, and looks whether it is one of ours. An
// error is permanent if it does not heal by itself.
func (s *Store) prepare(ctx context.Context) error {
	if err := s.checkServer(); err != nil {
		return err
	}
	err := s.make(ctx)
	switch {
	case is(err, codeNoReplicas):
		return permanent{fmt.Errorf("%d replicas need as many NATS servers that are one cluster", s.config.Replicas)}
	case is(err, codeNotEnabled, codeNotForAccount):
		return permanent{errNoJetStream}
	case is(err, codeTooManyStreams, codeAccountFull, codeStorageFull):
		return permanent{fmt.Errorf("the stream %q cannot be made: %w", s.config.Stream, err)}
	default:
		return err
	}
}

var errNoJetStream = errors.New("JetStream is not enabled on the NATS server, or not for this account")

// make fails as well if another node makes the stream at the same time, with more or
// fewer replicas. Next time it is there.
func (s *Store) make(ctx context.Context) error {
	var answer streamAnswer
	err := s.request(ctx, s.subjects.info, struct{}{}, &answer)
	if errors.Is(err, errNoStream) {
		answer = streamAnswer{}
		err = s.request(ctx, s.subjects.create, s.wanted(), &answer)
	}
	if err != nil {
		return err
	}
	if wrong := s.wrong(answer.Config); wrong != "" {
		return permanent{fmt.Errorf("there is a stream %q that is not for messages: %s", s.config.Stream, wrong)}
	}
	if answer.Config.Replicas < s.config.Replicas {
		answer.Config.Replicas = s.config.Replicas
		err = s.request(ctx, s.subjects.update, answer.Config, &streamAnswer{})
	}
	return err
}

// permanent is an error that does not heal by itself.
type permanent struct{ error }

func (p permanent) Unwrap() error { return p.error }

func isPermanent(err error) bool {
	var p permanent
	return errors.As(err, &p)
}

// wrong tells what a stream has that messages cannot be kept in. Limits of its size are
// the operator's, and more replicas than wanted are no harm.
func (s *Store) wrong(config jetstream.StreamConfig) string {
	want := s.wanted()
	size := config.MaxMsgSize
	switch {
	case !slices.Equal(config.Subjects, want.Subjects):
		return "its subjects are others"
	case config.RePublish == nil || *config.RePublish != *want.RePublish:
		return "it does not publish what is stored again"
	case config.Storage != want.Storage:
		return "it is not on file"
	case config.Mirror != nil || len(config.Sources) > 0 || config.SubjectTransform != nil:
		return "it is made of others"
	case !config.AllowDirect || !config.AllowRollup || !config.AllowMsgTTL:
		return "direct gets, rollups and the time to live of messages have to be allowed"
	case config.DenyPurge || config.Sealed || config.NoAck:
		return "purge is denied, it is sealed, or does not acknowledge"
	case config.Retention != want.Retention || config.Discard != want.Discard || config.MaxAge != 0 || config.MaxMsgsPerSubject > 0:
		return "it discards messages itself"
	case size > 0 && size < record.Room:
		return fmt.Sprintf("its messages may have %d bytes, but a record has up to %d", size, record.Room)
	default:
		return ""
	}
}

// Oldest version that has what the stream needs: times to live of single messages.
const oldestMajor, oldestMinor = 2, 11

// checkServer looks whether the server that is connected to can be used.
func (s *Store) checkServer() error {
	version := s.conn.ConnectedServerVersion()
	if version == "" {
		return nats.ErrDisconnected
	}
	return serves(version, s.conn.MaxPayload())
}

// serves returns why a server cannot be used.
func serves(version string, maxPayload int64) error {
	var major, minor int
	_, _ = fmt.Sscanf(version, "%d.%d", &major, &minor) // else it is too old
	if major < oldestMajor || major == oldestMajor && minor < oldestMinor {
		return permanent{fmt.Errorf("the NATS server has version %s, but %d.%d or newer is needed", version, oldestMajor, oldestMinor)}
	}
	if maxPayload < record.Room {
		return permanent{fmt.Errorf("the NATS server has a max_payload of %d, but %d is needed", maxPayload, record.Room)}
	}
	return nil
}
