package main

import (
	"bytes"
	"cmp"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"maps"
	"slices"
	"testing"
)

// small encodes a screenshot in as few bytes as Go's encoder can: with a palette of
// the colours that it has most of. A page is paper, ink and what lies between them at
// the edges of letters, so nothing is seen of it.
func small(t *testing.T, screenshot []byte) []byte {
	t.Helper()
	full, err := png.Decode(bytes.NewReader(screenshot))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	if err := encoder.Encode(&out, inPalette(full)); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// rgb is an opaque colour.
type rgb [3]uint8

// inPalette is the picture in 256 colours.
func inPalette(full image.Image) *image.Paletted {
	opaque := image.NewRGBA(full.Bounds())
	draw.Draw(opaque, opaque.Bounds(), full, full.Bounds().Min, draw.Src)
	counts := make(map[rgb]int)
	for pixel := range slices.Chunk(opaque.Pix, 4) {
		counts[rgb(pixel)]++
	}
	popular := slices.SortedFunc(maps.Keys(counts), func(a, b rgb) int {
		return cmp.Or(counts[b]-counts[a], slices.Compare(a[:], b[:]))
	})
	palette := make(color.Palette, 0, 256)
	for _, c := range popular[:min(cap(palette), len(popular))] {
		palette = append(palette, color.RGBA{c[0], c[1], c[2], 255})
	}
	nearest := make(map[rgb]uint8, len(popular))
	for _, c := range popular {
		nearest[c] = uint8(palette.Index(color.RGBA{c[0], c[1], c[2], 255}))
	}
	paletted := image.NewPaletted(opaque.Bounds(), palette)
	for i := range paletted.Pix {
		paletted.Pix[i] = nearest[rgb(opaque.Pix[4*i:])]
	}
	return paletted
}
