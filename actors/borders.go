package actors

import "encoding/binary"

// borders are where the chunks of a text end, as they were appended. A chunk takes
// as many bytes as its length has digits to the base 128: one for most. As an
// Index, it is not changed once it was made.
type borders struct {
	text        string
	sizes       []byte // of each chunk, as an unsigned varint
	count       int
	checkpoints []border // of each checkpointEach-th chunk, but for the first
}

// border is where a chunk begins: in the text, and in the list of sizes.
type border struct{ offset, at uint32 }

// checkpointEach is how many chunks are at most passed by to find one.
const checkpointEach = 256

// add returns b with one more chunk, up to the end of text.
func (b borders) add(text string) borders {
	if b.count > 0 && b.count%checkpointEach == 0 {
		b.checkpoints = append(b.checkpoints, border{uint32(len(b.text)), uint32(len(b.sizes))})
	}
	b.sizes = binary.AppendUvarint(b.sizes, uint64(len(text)-len(b.text)))
	b.text = text
	b.count++
	return b
}

// cutter is the source of borders.
type cutter struct {
	borders  *borders
	next     border // where the next chunk begins
	position int    // of the next chunk
}

func (c *cutter) Seek(position int) {
	c.position, c.next = 0, border{}
	if n := min(position/checkpointEach, len(c.borders.checkpoints)); n > 0 {
		c.position, c.next = n*checkpointEach, c.borders.checkpoints[n-1]
	}
	for c.position < min(position, c.borders.count) {
		c.Next()
	}
}

func (c *cutter) Next() (int, string, Supply) {
	position := c.position
	if position == c.borders.count {
		return position, "", End
	}
	size, digits := binary.Uvarint(c.borders.sizes[c.next.at:])
	begin := c.next.offset
	c.next.offset += uint32(size)
	c.next.at += uint32(digits)
	c.position++
	return position, c.borders.text[begin:c.next.offset], Ready
}

func (c *cutter) renew(text *Text) { c.borders = text.chunks() }
