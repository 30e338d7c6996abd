package logs

import (
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// Edition is the version of the catalogue. It grows with each change by which a log that
// was valid before would no longer be.
const Edition = 2

// Catalogue is every event there is, in the order of this file, which Go initializes after
// the fields of field.go. It is never changed after the program's start.
var Catalogue []*Event

func declare(e Event) *Event {
	Catalogue = append(Catalogue, &e)
	return &e
}

func at(levels ...zapcore.Level) []zapcore.Level { return levels }

func fields(f ...Field) []Field { return f }

// The life of the program.
var (
	ServerStarting = declare(Event{
		Name: "server.starting", Levels: at(zap.InfoLevel), Message: "starting",
		Brief:    fields(version, config),
		About:    "Once, first: the version, every setting, and the limits that follow from them.",
		Required: fields(version, catalogue, config), Optional: fields(streamLimit, openFileLimit, openFileReserve),
	})
	ServerListening = declare(Event{
		Name: "server.listening", Levels: at(zap.InfoLevel), Message: "listening",
		Brief:    fields(listener, urls),
		About:    "Once for each listener, when it accepts connections.",
		Required: fields(listener, urls), Optional: fields(fingerprint),
	})
	ServerUnprotected = declare(Event{
		Name: "server.unprotected", Levels: at(zap.WarnLevel), Message: "anyone who reaches this address may submit and delete messages",
		Brief:    fields(urls),
		About:    "At the start, if other machines can reach the public listener and `--send-token` is not set.",
		Required: fields(listener, urls),
	})
	ServerAssets = declare(Event{
		Name: "server.assets", Levels: at(zap.WarnLevel), Message: "pages are served from a directory, for development only",
		Brief:    fields(path),
		About:    "At the start with `--assets`: the files of the directory are served unchanged, and browsers reload pages when a file changes.",
		Required: fields(path),
	})
	ServerReady = declare(Event{
		Name: "server.ready", Levels: at(zap.InfoLevel), Message: "ready",
		Brief:    fields(startupMS),
		About:    "Once, when the server has started. `/readyz` answers 200, unless `store.lost` came before.",
		Required: fields(startupMS),
	})
	ConfigInvalid = declare(Event{
		Name: "config.invalid", Levels: at(zap.ErrorLevel), Message: "bad configuration",
		Brief:    fields(key, errorText),
		About:    "A flag or variable has a bad value; it is the only line, and the program exits with 2.",
		Required: fields(key, source, errorText),
	})
	LogLevelChanged = declare(Event{
		Name: "log.level_changed", Levels: at(zap.WarnLevel), Message: "log level changed",
		Brief:    fields(fromLevel, toLevel),
		About:    "Someone changed the level through the admin listener.",
		Required: fields(fromLevel, toLevel),
	})
	LogReopened = declare(Event{
		Name: "log.reopened", Levels: at(zap.InfoLevel, zap.ErrorLevel), Message: "log file reopened",
		Brief:    fields(path, errorText),
		About:    "The log file was reopened after SIGHUP. At error, with `error`, it could not be opened, and the old one stays in use.",
		Required: fields(path), Optional: fields(errorText),
	})
	LogEntriesDropped = declare(Event{
		Name: "log.entries_dropped", Levels: at(zap.ErrorLevel), Message: "log entries dropped",
		Brief: fields(howMany),
		About: "Lines are missing here: the log could not be written, and no more of them could wait. " +
			"It is written in their place as soon as there is room again; their numbers are missing, too.",
		Required: fields(howMany.with("lines that are missing")),
	})
	LogRecovered = declare(Event{
		Name: "log.recovered", Levels: at(zap.InfoLevel), Message: "log can be written again",
		Brief:    fields(howMany),
		About:    "Writing had failed, or lines were dropped; now every line that waited is written.",
		Required: fields(howMany.with("lines that are missing since then; 0 if none are")),
	})
	TLSReloaded = declare(Event{
		Name: "tls.reloaded", Levels: at(zap.InfoLevel, zap.ErrorLevel), Message: "certificate reloaded",
		Brief: fields(fingerprint, errorText),
		About: "The files of `--tls-cert` and `--tls-key` have changed and were read again, at the first handshake after that. " +
			"At error, with `error`, they cannot be used, and the old certificate stays in use; the same error is logged once.",
		Required: fields(fingerprint), Optional: fields(errorText),
	})
	StoreLost = declare(Event{
		Name: "store.lost", Levels: at(zap.ErrorLevel), Message: "store lost",
		Brief: fields(errorText),
		About: "The servers of `--nats` do not answer, at the start or later. Streams of messages that this server has continue; requests that need the store are refused with " +
			"`store_unavailable`, and `/readyz` answers 503. The server keeps trying to connect, and `store.restored` follows.",
		Required: fields(errorText),
	})
	StoreRestored = declare(Event{
		Name: "store.restored", Levels: at(zap.InfoLevel), Message: "store restored",
		Brief:    fields(outageMS),
		About:    "The servers of `--nats` answer again. Once after each `store.lost`.",
		Required: fields(outageMS),
	})
	ServerShutdownStarted = declare(Event{
		Name: "server.shutdown_started", Levels: at(zap.InfoLevel), Message: "shutting down",
		Brief:    fields(signal, activeStreams),
		About:    "A signal started the shutdown; running streams may finish within `--drain`.",
		Required: fields(signal, activeStreams),
	})
	ServerShutdownCompleted = declare(Event{
		Name: "server.shutdown_completed", Levels: at(zap.InfoLevel), Message: "shut down",
		Brief:    fields(durationMS, messagesStored),
		About:    "Once, last: everything has ended.",
		Required: fields(durationMS.with("time from the signal"), messagesStored, counts),
	})
	ServerShutdownForced = declare(Event{
		Name: "server.shutdown_forced", Levels: at(zap.WarnLevel), Message: "shutdown forced",
		Brief:    fields(remaining),
		About:    "A second signal arrived, and the program exits at once with 1; or streams did not end in time and were cut off.",
		Required: fields(remaining),
	})
)

// HTTP.
var (
	HTTPRequest = declare(Event{
		Name: "http.request", Levels: at(zap.InfoLevel, zap.DebugLevel), Message: "request",
		Brief:    fields(method, urlPath, statusCode, durationMS),
		About:    "An HTTP request was answered: in full, or with the head of a stream. One line for each request, unless it was refused and `http.rejections_summed` counts it. At debug for pages and probes.",
		Required: fields(requestID, method, route, urlPath, statusCode, clientAddress, durationMS.with("time until the answer, or the head of a stream, was written")),
		Optional: fields(messageID, streamID, traceID),
	})
	HTTPRequestRejected = declare(Event{
		Name: "http.request_rejected", Levels: at(zap.WarnLevel), Message: "request rejected",
		Brief:    fields(method, urlPath, code, status, errorText),
		About:    "An HTTP request got an error of this API. Fields that `http.request` has as well, such as the path, are here only if there is no such line.",
		Required: fields(code, status),
		Optional: fields(requestID, traceID, method, route, urlPath, clientAddress, messageID, errorText),
	})
	HTTPRejectionsSummed = declare(Event{
		Name: "http.rejections_summed", Levels: at(zap.WarnLevel), Message: "rejections summed",
		Brief: fields(clientAddress, codes, howMany),
		About: "A client was refused more than 100 times in a second. The rest are counted here, once a second: they have no `http.request_rejected`, " +
			"`stream.rejected` or `message.rejected`, and no `http.request`. The metrics count each.",
		Required: fields(clientAddress.with("the client's address, of IPv6 its /64 network; empty for all clients beyond the first 1024"),
			codes.with("the codes of the errors"), howMany.with("requests that were refused")),
	})
	HTTPPanic = declare(Event{
		Name: "http.panic", Levels: at(zap.ErrorLevel), Message: "panic in a request",
		Brief:    fields(method, urlPath, errorText),
		About:    "A handler panicked; this request ended and no other.",
		Required: fields(stack),
		Optional: fields(errorText, requestID, traceID, method, route, urlPath, clientAddress, messageID, streamID),
	})
	HTTPServerError = declare(Event{
		Name: "http.server_error", Levels: at(zap.WarnLevel, zap.ErrorLevel), Message: "server error",
		Brief: fields(howMany, errorText),
		About: "An error of the HTTP server below the handlers, such as a connection that it cannot accept. " +
			"At error, the program cannot start or continue, and exits with 1.",
		Required: fields(errorText), Optional: fields(stack,
			howMany.with("errors of this kind, beyond 100 in a second, that this line counts")),
	})
)

// Messages.
var (
	MessageSubmitted = declare(Event{
		Name: "message.submitted", Levels: at(zap.InfoLevel), Message: "message submitted",
		Brief:    fields(state, byteCount),
		About:    "A message was stored, or a live message was opened.",
		Required: fields(messageID, byteCount), Optional: fields(total.with("characters (grapheme clusters) of the message; absent while it is open"), state, requestID, traceID),
	})
	MessageRejected = declare(Event{
		Name: "message.rejected", Levels: at(zap.WarnLevel), Message: "message rejected",
		Brief:    fields(reason, errorText),
		About:    "A message was not stored.",
		Required: fields(reason.with("the code of the error", MessageRejections...)), Optional: fields(requestID, traceID, errorText),
	})
	MessageCompleted = declare(Event{
		Name: "message.completed", Levels: at(zap.InfoLevel), Message: "message completed",
		Brief:    fields(byteCount, chunks, durationMS),
		About:    "A producer completed a live message. Once for each live message, unless it failed or was deleted before.",
		Required: fields(messageID, byteCount, total, appended, openFor), Optional: fields(requestID, traceID),
	})
	MessageFailed = declare(Event{
		Name: "message.failed", Levels: at(zap.WarnLevel), Message: "message failed",
		Brief:    fields(reason, chunks, durationMS),
		About:    "A live message failed: its producer said so, or sent nothing for longer than `--producer-timeout`; then the reason is `producer_gone`.",
		Required: fields(messageID, reason.with("why, in the words of its producer, or `producer_gone`"), byteCount, appended, openFor),
		Optional: fields(requestID, traceID),
	})
	MessageDeleted = declare(Event{
		Name: "message.deleted", Levels: at(zap.InfoLevel), Message: "message deleted",
		Brief:    fields(ageMS, activeStreams),
		About:    "A client deleted a message.",
		Required: fields(messageID, ageMS, activeStreams.with("streams of this message that it ended")), Optional: fields(requestID, traceID),
	})
	MessageEvicted = declare(Event{
		Name: "message.evicted", Levels: at(zap.InfoLevel), Message: "message evicted",
		Brief: fields(reason, ageMS),
		About: "The server removed a message: its time to live was over, or it made room for a new one. With `--nats`, its time to live was over, and one of the servers logs it.",
		Required: fields(messageID, reason.with("why it had to go", EvictionReasons...), ageMS,
			activeStreams.with("streams of this message that it ended")),
	})
)

// Streams.
var (
	StreamOpened = declare(Event{
		Name: "stream.opened", Levels: at(zap.InfoLevel), Message: "stream opened",
		Brief:    fields(kind, intervalMS, clientAddress, lastEventID, plan),
		About:    "A subscription was accepted.",
		Required: fields(streamID, messageID, kind, intervalMS, lastEventID, firstPosition, clientAddress),
		Optional: fields(requestID, traceID, unit, streamTotal, previous, plan, seed, clientPort, userAgent),
	})
	StreamRejected = declare(Event{
		Name: "stream.rejected", Levels: at(zap.WarnLevel), Message: "stream rejected",
		Brief:    fields(reason, status, errorText),
		About:    "A stream was requested and not opened. For `shutting_down` the status is 200, with nothing but a `retry:`, so that an EventSource comes back.",
		Required: fields(reason.with("the code of the error", StreamRejections...), status), Optional: fields(messageID, requestID, traceID, errorText),
	})
	StreamFirstChunk = declare(Event{
		Name: "stream.first_chunk", Levels: at(zap.DebugLevel), Message: "first chunk sent",
		Brief:    fields(ttfcMS),
		About:    "The stream's first chunk was written.",
		Required: fields(streamID, messageID, ttfcMS), Optional: fields(requestID, traceID),
	})
	StreamChunk = declare(Event{
		Name: "stream.chunk", Levels: at(zap.DebugLevel), Message: "chunk sent",
		Brief:    fields(position, byteCount),
		About:    "A chunk was framed; it is written right after, alone or with others that are due.",
		Required: fields(streamID, messageID, position, byteCount.with("bytes of the event on the wire")), Optional: fields(requestID, traceID),
	})
	StreamFault = declare(Event{
		Name: "stream.fault", Levels: at(zap.InfoLevel), Message: "fault injected",
		Brief: fields(faultName, position),
		About: "A fault happened in a stream, as its plan asks for. Faults of the whole stream are logged once, when it opens; " +
			"a stall when it begins. The first 100 faults of a stream have a line each; `stream.closed` counts all. For `status` there is only that answer, and no stream.",
		Required: fields(faultName, messageID), Optional: fields(position, streamID, requestID, traceID),
	})
	StreamSlow = declare(Event{
		Name: "stream.slow", Levels: at(zap.WarnLevel), Message: "stream behind its schedule",
		Brief:    fields(lagMS),
		About:    "The stream fell behind; once for each time it does.",
		Required: fields(streamID, messageID, lagMS), Optional: fields(requestID, traceID),
	})
	StreamRecovered = declare(Event{
		Name: "stream.recovered", Levels: at(zap.InfoLevel), Message: "stream back on schedule",
		Brief:    fields(lagMS),
		About:    "A stream that was behind has caught up.",
		Required: fields(streamID, messageID, lagMS.with("how far it was behind at most in this time")), Optional: fields(requestID, traceID),
	})
	StreamEndRequested = declare(Event{
		Name: "stream.end_requested", Levels: at(zap.InfoLevel), Message: "operator ends stream",
		Brief:    fields(clientAddress),
		About:    "An operator asked through the admin listener to end a stream. Its `stream.closed` follows, or comes before if that was quicker; its reason is another if the stream was already ending.",
		Required: fields(streamID, messageID, clientAddress.with("the address of the operator")),
	})
	StreamClosed = declare(Event{
		Name: "stream.closed", Levels: at(zap.InfoLevel, zap.WarnLevel, zap.ErrorLevel), Message: "stream closed",
		Brief: fields(reason, chunks, total, durationMS, resumed, errorText),
		About: "A stream ended; exactly once for each `stream.opened`. At warn for `slow_client`, at error for `internal_error`.",
		Required: fields(streamID, messageID, reason.with("why it ended", CloseReasons...), kind, chunks, done,
			byteCount.with("bytes that the stream wrote, its head not counted"), durationMS.with("how long the stream ran"), maxLagMS, resumed, clientAddress),
		Optional: fields(ttfcMS.with("time to the first chunk; absent where none was sent"), unit, lastPosition, streamTotal, faultCount, vanished, requestID, traceID, errorText, stack),
	})
)
