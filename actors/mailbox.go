package actors

// signal is what a streamer can be told.
type signal byte

const (
	due  signal = iota // the tick that it sleeps for has come
	look               // it was canceled
)

// mailboxRoom is enough for one signal of each kind. A streamer that has more to
// read than that is awake, and reads a look, so whatever is dropped adds nothing.
const mailboxRoom = 2

// tell sends v if there is room. Nobody who tells something waits.
func tell[T any](mailbox chan<- T, v T) {
	select {
	case mailbox <- v:
	default:
	}
}
