package actors

// signal is what a streamer can be told while it waits.
type signal byte

const (
	due  signal = iota // the tick that it sleeps for has come
	more               // its source, which said Wait, has a text or has ended
)

// mailboxRoom is enough for one signal of each kind. Neither is counted: who
// reads one looks for itself, so whatever is dropped adds nothing.
const mailboxRoom = 2

// notify sends v if there is room. Nobody who notifies a streamer waits for it.
func notify[T any](mailbox chan<- T, v T) {
	select {
	case mailbox <- v:
	default:
	}
}
