package imageio

import (
	"encoding/binary"
	"io"
)

// orientation reads a JPEG's EXIF orientation, 1 to 8; 1 for everything else.
func orientation(r io.ReaderAt) int {
	var head [10]byte
	if _, err := r.ReadAt(head[:2], 0); err != nil || head[0] != 0xff || head[1] != 0xd8 {
		return 1
	}
	for at := int64(2); ; { // segments: ff, marker, length of the rest in two bytes, big endian
		n, _ := r.ReadAt(head[:], at)
		if n < 4 || head[0] != 0xff || head[1] == 0xda { // from the scan on there are pixels
			return 1
		}
		if head[1] == 0xff { // a fill byte
			at++
			continue
		}
		size := int64(binary.BigEndian.Uint16(head[2:]))
		if head[1] == 0xe1 && size > 8 && n == 10 && string(head[4:10]) == "Exif\x00\x00" {
			body := make([]byte, size-8)
			n, _ := r.ReadAt(body, at+10)
			return tiffOrientation(body[:n])
		}
		at += 2 + max(size, 2)
	}
}

// tiffOrientation finds tag 0x0112 in the first directory of a TIFF header.
func tiffOrientation(b []byte) int {
	if len(b) < 8 {
		return 1
	}
	var order binary.ByteOrder = binary.LittleEndian
	if b[0] == 'M' {
		order = binary.BigEndian
	}
	at := int(order.Uint32(b[4:]))
	if at < 8 || at+2 > len(b) {
		return 1
	}
	for i := range int(order.Uint16(b[at:])) {
		e := at + 2 + 12*i
		if e+12 > len(b) {
			break
		}
		if order.Uint16(b[e:]) == 0x0112 {
			if v := int(order.Uint16(b[e+8:])); v >= 1 && v <= 8 {
				return v
			}
		}
	}
	return 1
}

// orient undoes an EXIF orientation: the picture as it should be looked at.
func orient(m *Image, o int) *Image {
	if o == 1 {
		return m
	}
	w, h := m.W, m.H
	if o >= 5 {
		w, h = h, w
	}
	out := New(w, h, m.C)
	for y := range h {
		for x := range w {
			sx, sy := x, y
			switch o {
			case 2:
				sx = w - 1 - x
			case 3:
				sx, sy = w-1-x, h-1-y
			case 4:
				sy = h - 1 - y
			case 5:
				sx, sy = y, x
			case 6:
				sx, sy = y, w-1-x
			case 7:
				sx, sy = h-1-y, w-1-x
			case 8:
				sx, sy = h-1-y, x
			}
			copy(out.Pix[(y*w+x)*m.C:(y*w+x+1)*m.C], m.Pix[(sy*m.W+sx)*m.C:])
		}
	}
	return out
}
