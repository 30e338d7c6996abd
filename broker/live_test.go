package broker_test

import (
	"crypto/sha256"
	"errors"
	"net/netip"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sseserver/actors"
	"sseserver/broker"
)

// open opens a live message.
func (b *running) Open(text string) broker.MessageID {
	b.t.Helper()
	message, err := b.Broker.Open(b.t.Context(), netip.Prefix{}, text)
	if err != nil {
		b.t.Fatal(err)
	}
	return message.ID
}

func (b *running) append(id broker.MessageID, chunks ...string) {
	b.t.Helper()
	for _, chunk := range chunks {
		if _, err := b.Append(b.t.Context(), id, broker.AtEnd, chunk); err != nil {
			b.t.Error(err)
		}
	}
}

// live is a request for what a live message has by itself: as appended, as it comes.
func live(id broker.MessageID) broker.Request {
	return broker.Request{MessageID: id, Kind: broker.Characters, Unit: broker.DefaultUnit, Interval: interval, After: broker.AfterNone}
}

// TestReadWhileItIsWritten has readers of one live message that come at any time.
func TestReadWhileItIsWritten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := start(t, broker.Config{})
		id := b.Open("He")
		first := b.Subscribe(t.Context(), live(id))
		wantChunk(t, first, 0, "He")
		characters := live(id)
		characters.Unit = actors.Character
		second := b.Subscribe(t.Context(), characters)
		wantChunk(t, second, 0, "H")

		time.Sleep(time.Minute)
		b.append(id, "llo", " wo")
		if _, known := first.Total(); known {
			t.Error("the total of an open message is known")
		}
		wantChunk(t, first, 1, "llo")
		wantChunk(t, first, 2, " wo")
		for i, character := range []string{"e", "l", "l", "o", " ", "w"} {
			wantChunk(t, second, i+1, character)
		}
		third := live(id)
		third.After = 0
		b.append(id, "rld")
		message, ended, err := b.Complete(t.Context(), id, 4)
		if err != nil || !ended || message.State != broker.StateComplete || message.SHA256 != sha256.Sum256([]byte("Hello world")) {
			t.Errorf("got %+v %v", message, err)
		}
		wantRest(t, first, []string{"rld"})
		wantRest(t, second, []string{"o", "r", "l", "d"})
		wantRest(t, b.Subscribe(t.Context(), third), []string{"llo", " wo", "rld"})
		if total, known := second.Total(); total != 11 || !known {
			t.Errorf("the total is %d %v, want 11", total, known)
		}
		if again, ended, err := b.Complete(t.Context(), id, 4); again != message || ended || err != nil {
			t.Errorf("completed again it is %+v %v %v", again, ended, err)
		}
		_, endedAgain, late := b.Fail(t.Context(), id, "late")
		if endedAgain {
			t.Error("it was ended twice")
		}
		for _, refused := range []error{
			late,
			errorOf(b.Append(t.Context(), id, broker.AtEnd, "!")),
			errorOf(b.PutProgress(t.Context(), id, 1, "")),
		} {
			if !errors.Is(refused, broker.ErrMessageClosed) {
				t.Errorf("a complete message took it: %v", refused)
			}
		}
	})
}

func errorOf(_ *broker.Message, err error) error { return err }

// TestProducerGone lets a producer be silent, to the nanosecond.
func TestProducerGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		failed := make(chan *broker.Message, 2)
		b := start(t, broker.Config{
			TTL: 10 * time.Second, ProducerTimeout: time.Minute,
			Failed: func(message *broker.Message) { failed <- message },
		})
		id := b.Open("")
		time.Sleep(time.Minute - 1)
		b.append(id, "a")
		reader := b.Subscribe(t.Context(), live(id))
		wantChunk(t, reader, 0, "a")
		time.Sleep(time.Minute - 1)
		synctest.Wait()
		if len(failed) > 0 {
			t.Error("it failed too early")
		}
		time.Sleep(time.Nanosecond)
		wantRest(t, reader, nil)
		synctest.Wait()
		if message := <-failed; message != reader.Newest() || message.State != broker.StateFailed || message.Reason != broker.ReasonProducerGone {
			t.Errorf("failed: %+v", message)
		}
		time.Sleep(10 * time.Second)
		synctest.Wait()
		b.wantStats(0, 0, 0, 0)
	})
}

// TestProgressOfAJob has each percent once, the newest if there are several, and
// the last one at the end.
func TestProgressOfAJob(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := start(t, broker.Config{})
		id := b.Open("")
		request := live(id)
		request.Kind = broker.Progress
		smooth := request
		smooth.LiveInterval = time.Second
		reader, smoothed := b.Subscribe(t.Context(), request), b.Subscribe(t.Context(), smooth)
		put := func(percent int, activity string, want error) {
			t.Helper()
			if _, err := b.PutProgress(t.Context(), id, percent, activity); !errors.Is(err, want) {
				t.Errorf("%d %%: %v, want %v", percent, err, want)
			}
			synctest.Wait()
		}
		put(0, "begun", nil)
		wantChunk(t, reader, 0, "begun")
		wantChunk(t, smoothed, 0, "begun")
		put(37, "", nil)
		wantChunk(t, reader, 37, "Processing chunk 37%")
		put(37, "again", nil)
		put(36, "back", broker.ErrPercentTooLow)
		put(40, "forty", nil)
		put(50, "fifty", nil)
		wantChunk(t, reader, 40, "forty") // it was offered before there was another one
		wantChunk(t, reader, 50, "fifty")
		time.Sleep(time.Second)
		wantChunk(t, smoothed, 50, "fifty")
		put(100, "all done", nil)
		if _, _, err := b.Complete(t.Context(), id, broker.AtEnd); err != nil {
			t.Error(err)
		}
		wantRest(t, reader, []string{"all done"})
		wantRest(t, smoothed, []string{"all done"})
		late := request
		late.After = 99
		wantRest(t, b.Subscribe(t.Context(), late), []string{"all done"})
		late.After = 100
		wantRest(t, b.Subscribe(t.Context(), late), nil)
	})
}

// TestOpenMessagesOfOneClient has a client open messages without text, which cannot
// be evicted, until it may have no more; and others not notice.
func TestOpenMessagesOfOneClient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := start(t, broker.Config{MaxMessages: 5, MaxBytesPerClient: 2 << 10})
		one, other := netip.MustParsePrefix("10.0.0.1/32"), netip.MustParsePrefix("10.0.0.2/32")
		open := func(client netip.Prefix, want error) broker.MessageID {
			t.Helper()
			message, err := b.Broker.Open(t.Context(), client, "")
			if !errors.Is(err, want) {
				t.Fatalf("got %v, want %v", err, want)
			}
			if message == nil {
				return broker.MessageID{}
			}
			return message.ID
		}
		first, second := open(one, nil), open(one, nil)
		open(one, broker.ErrClientBytes)
		open(other, nil)
		if _, err := b.Broker.Submit(t.Context(), one, "text"); err != nil {
			t.Error(err)
		}
		if _, _, err := b.Complete(t.Context(), first, broker.AtEnd); err != nil {
			t.Error(err)
		}
		open(one, nil)
		open(one, broker.ErrClientBytes)
		if _, _, err := b.Broker.Delete(t.Context(), second); err != nil {
			t.Error(err)
		}
		open(one, nil)
		open(one, broker.ErrClientBytes)
	})
}

// TestPositionOfAppend makes a retry safe.
func TestPositionOfAppend(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := start(t, broker.Config{MaxMessageBytes: 4})
		id := b.Open("a")
		for _, test := range []struct {
			at    int
			chunk string
			want  error
		}{
			{0, "b", broker.ErrPositionMismatch},
			{2, "b", broker.ErrPositionMismatch},
			{1, "b", nil},
			{1, "b", broker.ErrPositionMismatch},
			{1, "", broker.ErrPositionMismatch},
			{2, "", nil},
			{2, "cde", broker.ErrMessageTooLarge},
			{2, "cd", nil},
			{broker.AtEnd, "e", broker.ErrMessageTooLarge},
		} {
			if message, err := b.Append(t.Context(), id, test.at, test.chunk); !errors.Is(err, test.want) || message == nil {
				t.Errorf("%q at %d: %+v %v, want %v", test.chunk, test.at, message, err, test.want)
			}
		}
		message, _, err := b.Complete(t.Context(), id, 3)
		if err != nil || message.Text.String() != "abcd" || !slices.Equal(textsIn(message.Text.Source(actors.Appended)), []string{"a", "b", "cd"}) {
			t.Errorf("got %+v %v", message, err)
		}
	})
}

func textsIn(source actors.Source) (texts []string) {
	for _, text, supply := source.Next(); supply == actors.Ready; _, text, supply = source.Next() {
		texts = append(texts, text)
	}
	return texts
}

// wantRest wants the rest of a stream to be these texts, at whatever times.
func wantRest(t *testing.T, subscription subscription, want []string) {
	t.Helper()
	var texts []string
	for chunk := range subscription.Chunks() {
		texts = append(texts, chunk.Text)
	}
	if !slices.Equal(texts, want) || subscription.Err() != nil {
		t.Errorf("the rest is %q %v, want %q", texts, subscription.Err(), want)
	}
}

// TestRefusedInFullStore wants that what there is no room for is not split before it
// is refused: that can be much work, also for a short chunk.
func TestRefusedInFullStore(t *testing.T) {
	const text = "text"
	chunk := strings.Repeat("b", 64<<10)
	for want, config := range map[error]broker.Config{
		broker.ErrStoreFull:   {MaxBytes: int64(len(chunk))},
		broker.ErrClientBytes: {MaxBytesPerClient: int64(len(chunk))},
	} {
		b := start(t, config)
		id := b.Open(text)
		before := allocated()
		for range 100 {
			if message, err := b.Append(t.Context(), id, 1, chunk); err != want || message.Text.Len() != len(text) {
				t.Errorf("got %+v, %v, want %v", message, err, want)
			}
		}
		if each := (allocated() - before) / 100; each > uint64(len(chunk))/10 { // it was put behind the text
			t.Errorf("%v: a refusal allocates %d bytes", want, each)
		}
		if _, err := b.Append(t.Context(), id, 0, chunk); err != broker.ErrPositionMismatch {
			t.Errorf("at another position: %v", err)
		}
	}
}

// allocated returns how many bytes were ever allocated.
func allocated() uint64 {
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.TotalAlloc
}
