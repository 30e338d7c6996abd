package load

import (
	"context"
	"errors"
	"fmt"
	"net"

	"sseserver/internal/load/produce"
)

// errUnsent is of what was due to be sent and still waited for its turn.
var errUnsent = errors.New("not sent: the run was over")

// sendErrorName is a name for counting errors by, which begins with what was to
// be done: there are few, whatever happens.
func sendErrorName(what string, err error) string {
	if status, refused := refusalStatus(err); refused {
		return fmt.Sprintf("%s_status_%d", what, status)
	}
	if own := lacking(err); own != "" {
		return own
	}
	operation, _ := errors.AsType[*net.OpError](err)
	timeout, _ := errors.AsType[net.Error](err)
	switch {
	case errors.Is(err, errUnsent):
		return what + "_unsent"
	case errors.Is(err, context.Canceled), timeout != nil && timeout.Timeout():
		return what + "_unanswered"
	case operation != nil && operation.Op == "dial":
		return what + "_connect_failed"
	}
	return what + "_broken"
}

// refusalStatus is the status of an answer, if the error is one.
func refusalStatus(err error) (status int, ok bool) {
	if r, ok := errors.AsType[*publishRefusal](err); ok {
		return r.status, true
	}
	if r, ok := errors.AsType[*produce.Refusal](err); ok {
		return r.Status, true
	}
	return 0, false
}
