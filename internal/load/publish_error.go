package load

import (
	"context"
	"errors"
	"fmt"
	"net"
)

// errUnsent is of a publication that was due and still waited for its turn.
var errUnsent = errors.New("not sent: the run was over")

// publishErrorName is a name for counting errors by: there are few, whatever
// happens.
func publishErrorName(err error) string {
	if r, ok := errors.AsType[*publishRefusal](err); ok {
		return fmt.Sprintf("publish_status_%d", r.status)
	}
	operation, _ := errors.AsType[*net.OpError](err)
	timeout, _ := errors.AsType[net.Error](err)
	switch {
	case errors.Is(err, errUnsent):
		return "publish_unsent"
	case errors.Is(err, context.Canceled), timeout != nil && timeout.Timeout():
		return "publish_unanswered"
	case operation != nil && operation.Op == "dial":
		return "publish_connect_failed"
	}
	return "publish_broken"
}
