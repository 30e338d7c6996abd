package eventstream

// HeldBytes is the capacity of all buffers of the parser.
func (p *Parser) HeldBytes() int {
	return cap(p.lastID) + cap(p.line) + cap(p.typ.buf) + cap(p.data.buf) + cap(p.id.buf)
}
