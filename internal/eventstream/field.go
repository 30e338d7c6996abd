package eventstream

// field is the value of one field of the block being read. It begins as a view
// of the bytes being fed and is copied only when it must outlive them.
type field struct {
	view  []byte // the value
	buf   []byte // own storage, reused from block to block
	owned bool   // view lies in buf
}

func (f *field) set(v []byte) { f.view, f.owned = v, false }

// own copies the value out of the bytes being fed.
func (f *field) own() {
	if f.owned || len(f.view) == 0 {
		return
	}
	f.buf = append(f.buf[:0], f.view...)
	f.view, f.owned = f.buf, true
}

// appendLine adds LF and v.
func (f *field) appendLine(v []byte) {
	if !f.owned {
		f.buf = append(f.buf[:0], f.view...)
	}
	f.buf = append(append(f.buf, '\n'), v...)
	f.view, f.owned = f.buf, true
}

func (f *field) reset() {
	f.buf = recycle(f.buf)
	f.view, f.owned = nil, false
}

// maxIdle is how much of a buffer, in bytes, is worth keeping for the next
// event that needs one: one long event must not hold its memory for the rest of
// a stream that lasts for days.
const maxIdle = 64 << 10

func recycle(buf []byte) []byte {
	if cap(buf) > maxIdle {
		return nil
	}
	return buf[:0]
}
