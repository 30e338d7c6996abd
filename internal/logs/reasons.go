package logs

import "go.uber.org/zap/zapcore"

// The closed lists of words that the "reason" field and the metrics' reason label take.
var (
	// CloseReasons say why a stream ended.
	CloseReasons = []string{
		"completed", "client_gone", "slow_client", "message_deleted", "message_evicted", "server_shutdown", "internal_error",
	}
	// StreamRejections say why a stream was not opened: the code of the HTTP error, or that nobody waited for one.
	StreamRejections = []string{
		"message_not_found", "invalid_parameter", "not_acceptable", "too_many_streams", "shutting_down", "client_gone",
		"internal_error",
	}
	// MessageRejections say why a message was not stored: the code of the HTTP error, or that nobody waited for one.
	MessageRejections = []string{
		"invalid_json", "message_required", "message_too_large", "unsupported_media_type", "request_timeout", "store_full",
		"shutting_down", "client_gone", "internal_error",
	}
	// EvictionReasons say why the server forgot a message.
	EvictionReasons = []string{"ttl", "capacity"}
	// Kinds of streams.
	Kinds = []string{"characters", "progress"}
)

// CloseLevel is the level of stream.closed for one of the CloseReasons.
func CloseLevel(reason string) zapcore.Level {
	switch reason {
	case "slow_client":
		return zapcore.WarnLevel
	case "internal_error":
		return zapcore.ErrorLevel
	default:
		return zapcore.InfoLevel
	}
}
