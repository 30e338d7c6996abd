package load

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"time"

	"sseserver/internal/load/measure"
)

// Clock is the difference between the server's clock and ours.
type Clock struct {
	Offset  time.Duration `json:"offset"` // the server's less ours
	Error   time.Duration `json:"error"`  // of Offset, to either side
	Source  string        `json:"source"` // how it is known, for people
	Unknown bool          `json:"unknown"`
}

// clock is what --clock-offset says, or else what can be found out.
func (c Config) clock(ctx context.Context) Clock {
	target := c.targets()[0]
	switch {
	case c.ClockOffset != nil:
		return Clock{Offset: *c.ClockOffset, Source: "as given"}
	case onThisMachine(target):
		return Clock{Source: "same machine"}
	}
	client := c.dateClient()
	defer client.CloseIdleConnections()
	return estimateClock(ctx, func() (time.Time, error) { return date(ctx, client, target, c.Header) })
}

// dateClient is for date.
func (c Config) dateClient() *http.Client {
	client := c.httpClient(1)
	client.Timeout = datePatience
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return client
}

func onThisMachine(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	ip, err := netip.ParseAddr(u.Hostname())
	return u.Hostname() == "localhost" || err == nil && ip.IsLoopback()
}

// date asks a server for its clock. Any answer tells it.
func date(ctx context.Context, client *http.Client, target string, header http.Header) (time.Time, error) {
	u, err := url.Parse(target)
	if err != nil {
		return time.Time{}, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodHead, u.Scheme+"://"+u.Host+"/", nil)
	if err != nil {
		return time.Time{}, err
	}
	req.Host = header.Get("Host")
	resp, err := client.Do(req)
	if err != nil {
		return time.Time{}, err
	}
	_ = resp.Body.Close()
	told, err := http.ParseTime(resp.Header.Get("Date"))
	if err != nil {
		return time.Time{}, errNoDate
	}
	return told, nil
}

var errNoDate = errors.New("the server's answers have no Date")

// How many answers are asked for: each halves what is not known, from a second
// on, so that some ms are left. Each takes half a second, on average.
const (
	dates        = 8
	datePatience = 3 * time.Second
)

// estimateClock asks so often that little is left to be known. The first answer
// only opens a connection, and would be no measure of how long one takes.
func estimateClock(ctx context.Context, ask func() (time.Time, error)) Clock {
	var r offsetRange
	if _, err := ask(); err != nil {
		return unknownClock(err)
	}
	for !r.narrowest() {
		select {
		case <-time.After(r.wait(time.Now())):
		case <-ctx.Done():
			return r.clock()
		}
		sent := time.Now()
		date, err := ask()
		switch {
		case err != nil && r.answers == 0:
			return unknownClock(err)
		case err != nil:
			return r.clock()
		}
		r.narrow(date, sent, time.Now())
	}
	return r.clock()
}

func unknownClock(err error) Clock {
	source := measure.OneLine(err.Error())
	if !errors.Is(err, errNoDate) {
		source = "the request for its Date failed: " + source
	}
	return Clock{Unknown: true, Source: source}
}

// offsetRange is where the offset of a clock lies, as far as the Date fields of
// answers tell. It knows no time of its own.
type offsetRange struct {
	low, high time.Duration
	trip      time.Duration // the shortest that an answer took
	answers   int
	disagree  bool // some answers contradict the others
}

// narrow takes an answer. It says that at some moment between sent and received
// the server's clock was at date, or less than a second beyond.
func (r *offsetRange) narrow(date, sent, received time.Time) {
	low, high := date.Sub(received), date.Add(time.Second).Sub(sent)
	trip := received.Sub(sent)
	switch {
	case r.answers == 0:
		r.low, r.high, r.trip = low, high, trip
	case low >= r.high: // a Date is rarely ahead and often behind, as far as servers keep one for a while
		r.high, r.disagree = low, true
	case high <= r.low:
		r.low, r.disagree = high, true
	default:
		r.low, r.high = max(r.low, low), min(r.high, high)
	}
	r.trip = min(r.trip, trip)
	r.answers++
}

// narrowest tells whether another answer would say little more.
func (r *offsetRange) narrowest() bool {
	return r.answers == dates || r.disagree || r.answers > 0 && r.high-r.low <= r.trip+time.Millisecond
}

// wait is how long after now to ask again: so long that the server, if the
// offset is the middle of the range, is asked when a second begins. Its answer
// then tells which half it is.
func (r *offsetRange) wait(now time.Time) time.Duration {
	if r.answers == 0 {
		return 0
	}
	arrives := now.Add(r.trip/2 + r.middle())
	return arrives.Truncate(time.Second).Add(time.Second).Sub(arrives)
}

func (r *offsetRange) middle() time.Duration { return r.low + (r.high-r.low)/2 }

func (r *offsetRange) clock() Clock {
	if r.answers == 0 {
		return Clock{Unknown: true, Source: "interrupted"}
	}
	source := fmt.Sprintf("from the Date of %d answers", r.answers)
	if r.disagree {
		source += ", of which some contradict each other"
	}
	return Clock{Offset: r.middle(), Error: (r.high - r.low) / 2, Source: source}
}
