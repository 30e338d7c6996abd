package logs

import (
	"go.uber.org/zap/zapcore"

	"sseserver/internal/fault"
)

// The reasons for which a stream ends. They are part of the API, as the codes
// below, and never change.
const (
	ReasonCompleted      = "completed"
	ReasonClientGone     = "client_gone"
	ReasonSlowClient     = "slow_client"
	ReasonMessageDeleted = "message_deleted"
	ReasonMessageEvicted = "message_evicted"
	ReasonMessageFailed  = "message_failed"
	ReasonFault          = "fault"
	ReasonServerShutdown = "server_shutdown"
	ReasonAdminClosed    = "admin_closed"
	ReasonInternalError  = "internal_error"
)

// The codes of the HTTP errors that a client can get.
const (
	CodeInvalidJSON          = "invalid_json"
	CodeMessageRequired      = "message_required"
	CodeInvalidParameter     = "invalid_parameter"
	CodeInvalidText          = "invalid_text"
	CodeMessageNotFound      = "message_not_found"
	CodeNotFound             = "not_found"
	CodeMethodNotAllowed     = "method_not_allowed"
	CodeNotAcceptable        = "not_acceptable"
	CodePositionMismatch     = "position_mismatch"
	CodeMessageClosed        = "message_closed"
	CodePercentTooLow        = "percent_too_low"
	CodeMessageTooLarge      = "message_too_large"
	CodeUnsupportedMediaType = "unsupported_media_type"
	CodeRequestTimeout       = "request_timeout"
	CodeUnauthorized         = "unauthorized"
	CodeStoreFull            = "store_full"
	CodeStoreUnavailable     = "store_unavailable"
	CodeTooManyStreams       = "too_many_streams"
	CodeBusy                 = "busy"
	CodeShuttingDown         = "shutting_down"
	CodeFaultInjected        = "fault_injected"
	CodeInternalError        = "internal_error"

	CodeClientGone = ReasonClientGone // nobody waited for the answer
)

// The closed lists of words that the "reason" field and the metrics' reason
// label take.
var (
	// CloseReasons say why a stream ended.
	CloseReasons = []string{
		ReasonCompleted, ReasonClientGone, ReasonSlowClient, ReasonMessageDeleted, ReasonMessageEvicted,
		ReasonMessageFailed, ReasonFault, ReasonServerShutdown, ReasonAdminClosed, ReasonInternalError,
	}
	// StreamRejections say why a stream was not opened: the code of the HTTP
	// error, or that nobody waited for one.
	StreamRejections = []string{
		CodeMessageNotFound, CodeInvalidParameter, CodeNotAcceptable, CodeTooManyStreams, CodeStoreUnavailable, CodeShuttingDown, CodeClientGone,
		CodeFaultInjected, CodeInternalError,
	}
	// MessageRejections say why a message was not stored: the code of the HTTP
	// error, or that nobody waited for one.
	MessageRejections = []string{
		CodeInvalidJSON, CodeMessageRequired, CodeInvalidParameter, CodeMessageTooLarge, CodeUnsupportedMediaType, CodeRequestTimeout, CodeStoreFull,
		CodeStoreUnavailable, CodeBusy, CodeShuttingDown, CodeClientGone, CodeInternalError,
	}
	// EvictionReasons say why the server forgot a message.
	EvictionReasons = []string{"ttl", "capacity"}
	// States of a message that message.submitted tells of; one that was submitted
	// whole has none there.
	States = []string{"open"}
	// Kinds of streams.
	Kinds = []string{"characters", "progress"}
	// Units of streams of characters.
	Units = []string{"character", "word", "chunk"}
	// Faults that a plan can have.
	Faults = fault.Names()
)

// CloseLevel is the level of stream.closed for one of the CloseReasons.
func CloseLevel(reason string) zapcore.Level {
	switch reason {
	case ReasonSlowClient:
		return zapcore.WarnLevel
	case ReasonInternalError:
		return zapcore.ErrorLevel
	default:
		return zapcore.InfoLevel
	}
}
