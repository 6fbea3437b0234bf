package plot

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"image"
	"image/png"
	"maps"
	"os"
	"slices"
	"strings"
	"unicode/utf8"

	"adlab/pkg/store"
)

const (
	pngHeader = "\x89PNG\r\n\x1a\n"
	// what lies between an entry's key and value: not compressed, no language, no translated key
	plainText = "\x00\x00\x00\x00\x00"
)

// PNG encodes a picture with entries that say what made it, as iTXt chunks in the order of their
// keys. Keys are 1 to 79 printable ASCII characters, values are any text without a zero byte. Same
// picture and entries, same bytes.
func PNG(picture image.Image, made map[string]string) ([]byte, error) {
	return encodePNG(picture, made, png.BestCompression)
}

// encodePNG is PNG at a level of compression.
func encodePNG(picture image.Image, made map[string]string, level png.CompressionLevel) ([]byte,
	error) {
	var b bytes.Buffer
	encoder := png.Encoder{CompressionLevel: level}
	if err := encoder.Encode(&b, picture); err != nil {
		return nil, err
	}
	encoded := b.Bytes()
	afterIHDR := len(pngHeader) + 4 + 4 + 13 + 4
	out := slices.Clone(encoded[:afterIHDR])
	for _, key := range slices.Sorted(maps.Keys(made)) {
		printable := !strings.ContainsFunc(key, func(r rune) bool { return r < ' ' || r > '~' })
		if len(key) == 0 || len(key) > 79 || !printable || strings.TrimSpace(key) != key {
			return nil, fmt.Errorf("png: expected a key of 1 to 79 printable ASCII characters, "+
				"got %q", key)
		}
		if !utf8.ValidString(made[key]) || strings.ContainsRune(made[key], 0) {
			return nil, fmt.Errorf("png: expected UTF-8 text without a zero byte as the value "+
				"of %q", key)
		}
		data := "iTXt" + key + plainText + made[key]
		out = binary.BigEndian.AppendUint32(out, uint32(len(data)-4))
		out = append(out, data...)
		out = binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE([]byte(data)))
	}
	return append(out, encoded[afterIHDR:]...), nil
}

// WritePNG writes PNG's bytes atomically.
func WritePNG(path string, picture image.Image, made map[string]string) error {
	b, err := PNG(picture, made)
	return writeEncoded(path, b, err)
}

// WriteQuickPNG is WritePNG for pictures of a camera's size, of which there are many: larger files,
// in a tenth of the time.
func WriteQuickPNG(path string, picture image.Image, made map[string]string) error {
	b, err := encodePNG(picture, made, png.BestSpeed)
	return writeEncoded(path, b, err)
}

// writeEncoded writes an encoded picture atomically; err is of its encoding.
func writeEncoded(path string, encoded []byte, err error) error {
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return store.WriteFile(path, encoded)
}

// ReadMade reads back the entries of a picture that PNG or JPEG encoded.
func ReadMade(path string) (map[string]string, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	made, err := MadeOf(b)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return made, nil
}

// MadeOf gives the entries of an encoded picture.
func MadeOf(b []byte) (map[string]string, error) {
	if segments, ok := bytes.CutPrefix(b, []byte(jpegHeader)); ok {
		return comments(segments)
	}
	b, ok := bytes.CutPrefix(b, []byte(pngHeader))
	if !ok {
		return nil, errors.New("expected a PNG or JPEG file")
	}
	made := map[string]string{}
	for len(b) >= 12 { // length, type, data, checksum
		n := int64(binary.BigEndian.Uint32(b))
		if n > int64(len(b))-12 {
			break
		}
		chunk := b[4 : 8+n]
		if crc32.ChecksumIEEE(chunk) != binary.BigEndian.Uint32(b[8+n:]) {
			return nil, fmt.Errorf("damaged PNG file: the checksum of its %q chunk does not match",
				chunk[:4])
		}
		switch string(chunk[:4]) {
		case "IEND":
			return made, nil
		case "iTXt":
			if key, value, ok := bytes.Cut(chunk[4:], []byte(plainText)); ok &&
				!bytes.ContainsRune(key, 0) {
				made[string(key)] = string(value)
			}
		}
		b = b[12+n:]
	}
	return nil, errors.New("truncated PNG file")
}
