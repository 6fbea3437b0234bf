package plot

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"maps"
	"slices"
	"strings"
)

const (
	jpegHeader  = "\xff\xd8"
	jpegQuality = 75 // small captions stay clean
	startOfScan = 0xda
	comment     = 0xfe
)

// JPEG encodes a picture with entries that say what made it, as comment segments in the order of
// their keys: a tenth of the bytes of PNG where the picture is of photographs. Keys and values are
// as PNG's. Same picture and entries, same bytes.
func JPEG(picture image.Image, made map[string]string) ([]byte, error) {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, picture, &jpeg.Options{Quality: jpegQuality}); err != nil {
		return nil, err
	}
	out := []byte(jpegHeader)
	for _, key := range slices.Sorted(maps.Keys(made)) {
		text := key + "\x00" + made[key]
		if strings.Count(text, "\x00") > 1 || len(text)+2 > 0xffff {
			return nil, fmt.Errorf("jpeg: expected an entry of less than 64 kB without a zero "+
				"byte, got %d bytes in %q", len(text), key)
		}
		out = append(out, 0xff, comment)
		out = binary.BigEndian.AppendUint16(out, uint16(len(text)+2))
		out = append(out, text...)
	}
	return append(out, bytes.TrimPrefix(b.Bytes(), []byte(jpegHeader))...), nil
}

// WriteJPEG writes JPEG's bytes atomically.
func WriteJPEG(path string, picture image.Image, made map[string]string) error {
	b, err := JPEG(picture, made)
	return writeEncoded(path, b, err)
}

// comments reads back the entries of a picture that JPEG encoded; b is what follows the header.
func comments(b []byte) (map[string]string, error) {
	made := map[string]string{}
	for len(b) >= 4 && b[0] == 0xff { // marker, length with its own two bytes
		kind, n := b[1], int(binary.BigEndian.Uint16(b[2:]))
		if n < 2 || n > len(b)-2 {
			break
		}
		if kind == startOfScan {
			return made, nil
		}
		if key, value, ok := strings.Cut(string(b[4:2+n]), "\x00"); ok && kind == comment {
			made[key] = value
		}
		b = b[2+n:]
	}
	return nil, errors.New("truncated JPEG file")
}
