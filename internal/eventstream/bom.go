package eventstream

// bom is the byte order mark that one, and only one, leading occurrence is
// dropped of.
const bom = "\uFEFF"

// bomDone marks that the start of the stream has passed.
const bomDone = -1

// skipBOM drops a leading byte order mark, also when it comes in pieces, and
// returns what follows.
func (p *Parser) skipBOM(b []byte) []byte {
	for len(b) > 0 && p.bom != bomDone {
		if b[0] != bom[p.bom] {
			// Not the mark after all: what looked like it begins the first line.
			p.line = append(p.line, bom[:p.bom]...)
			p.bom = bomDone
			break
		}
		b = b[1:]
		if p.bom++; int(p.bom) == len(bom) {
			p.bom = bomDone
		}
	}
	return b
}
