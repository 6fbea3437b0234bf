package imageio

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"testing"

	"github.com/stretchr/testify/require"
)

// withEXIF puts an EXIF segment with that orientation behind a JPEG's start marker, after an
// unrelated segment.
func withEXIF(jpg []byte, order binary.AppendByteOrder, o uint16) []byte {
	mark := "II"
	if order == binary.AppendByteOrder(binary.BigEndian) {
		mark = "MM"
	}
	b := []byte(mark)
	b = order.AppendUint16(b, 42)
	b = order.AppendUint32(b, 8) // the directory follows
	b = order.AppendUint16(b, 2)
	for _, e := range [][2]uint16{{0x0100, 77}, {0x0112, o}} {
		b = order.AppendUint16(b, e[0])
		b = order.AppendUint16(b, 3) // a short
		b = order.AppendUint32(b, 1)
		b = order.AppendUint16(b, e[1])
		b = append(b, 0, 0)
	}
	b = order.AppendUint32(b, 0)
	b = append([]byte("Exif\x00\x00"), b...)
	out := append([]byte{}, jpg[:2]...)
	out = append(out, 0xff, 0xe2, 0, 5, 'a', 'b', 'c', 0xff, 0xff, 0xe1) // with a fill byte
	out = binary.BigEndian.AppendUint16(out, uint16(len(b)+2))
	return append(append(out, b...), jpg[2:]...)
}

// A picture with a bright and a grey block in its upper half shows where every orientation puts
// them.
func TestOrientationIsApplied(t *testing.T) {
	picture := image.NewGray(image.Rect(0, 0, 16, 16))
	for y := range 8 {
		for x := range 8 {
			picture.Set(x, y, color.Gray{250})
			picture.Set(8+x, y, color.Gray{100})
		}
	}
	jpg := encoded(t, encodeJPEG, picture)
	// quadrants in reading order: upper left, upper right, lower left, lower right
	want := map[uint16][4]uint8{
		1: {250, 100, 0, 0}, 2: {100, 250, 0, 0}, 3: {0, 0, 100, 250}, 4: {0, 0, 250, 100},
		5: {250, 0, 100, 0}, 6: {0, 250, 0, 100}, 7: {0, 100, 0, 250}, 8: {100, 0, 250, 0},
		0: {250, 100, 0, 0}, 9: {250, 100, 0, 0}, // not an orientation
	}
	for o, quadrants := range want {
		for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
			m, err := Decode(write(t, "a.jpg", withEXIF(jpg, order, o)))
			require.NoError(t, err)
			for k, v := range quadrants {
				require.InDelta(t, v, m.Pix[3*((4+8*(k/2))*16+4+8*(k%2))], 2,
					"orientation %d quadrant %d", o, k)
			}
		}
	}
}

func TestOrientationTurnsTheSize(t *testing.T) {
	jpg := encoded(t, encodeJPEG, image.NewGray(image.Rect(0, 0, 5, 3)))
	for o := uint16(1); o <= 8; o++ {
		path := write(t, "a.jpg", withEXIF(jpg, binary.LittleEndian, o))
		w, h, err := Size(path)
		require.NoError(t, err)
		m, err := DecodeMask(path)
		require.NoError(t, err)
		require.Equal(t, []int{m.W, m.H}, []int{w, h})
		if o >= 5 {
			require.Equal(t, []int{3, 5}, []int{w, h})
		} else {
			require.Equal(t, []int{5, 3}, []int{w, h})
		}
	}
}

// Every pixel of a 3 x 2 picture, under each orientation, as the EXIF standard describes them.
func TestOrientPixels(t *testing.T) {
	m := &Image{3, 2, 1, []uint8{1, 2, 3, 4, 5, 6}}
	for o, want := range map[int]*Image{
		1: m,
		2: {3, 2, 1, []uint8{3, 2, 1, 6, 5, 4}},
		3: {3, 2, 1, []uint8{6, 5, 4, 3, 2, 1}},
		4: {3, 2, 1, []uint8{4, 5, 6, 1, 2, 3}},
		5: {2, 3, 1, []uint8{1, 4, 2, 5, 3, 6}},
		6: {2, 3, 1, []uint8{4, 1, 5, 2, 6, 3}},
		7: {2, 3, 1, []uint8{6, 3, 5, 2, 4, 1}},
		8: {2, 3, 1, []uint8{3, 6, 2, 5, 1, 4}},
	} {
		require.Equal(t, want, orient(m, o), "orientation %d", o)
	}
}

func TestBrokenEXIFIsIgnored(t *testing.T) {
	jpg := encoded(t, encodeJPEG, image.NewGray(image.Rect(0, 0, 5, 3)))
	good := withEXIF(jpg, binary.LittleEndian, 6)
	for i := 9; i < len(good)-len(jpg)+2; i++ { // cut or flip inside the segments: never a panic
		require.NotPanics(t, func() {
			orientation(bytes.NewReader(good[:i]))
			flipped := append([]byte{}, good...)
			flipped[i] ^= 0xff
			orientation(bytes.NewReader(flipped))
		})
	}
}
