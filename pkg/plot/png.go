package plot

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/png"
	"io"
	"maps"
	"os"
	"slices"

	"adlab/pkg/tensorfile"
)

const pngHeader = "\x89PNG\r\n\x1a\n"

// PNG encodes a picture with entries that say what made it, as iTXt chunks in the order of their keys. Same picture and
// entries, same bytes.
func PNG(picture image.Image, made map[string]string) ([]byte, error) {
	var b bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	if err := encoder.Encode(&b, picture); err != nil {
		return nil, err
	}
	encoded := b.Bytes()
	afterIHDR := len(pngHeader) + 4 + 4 + 13 + 4
	out := slices.Clone(encoded[:afterIHDR])
	for _, key := range slices.Sorted(maps.Keys(made)) {
		if len(key) == 0 || len(key) > 79 {
			return nil, fmt.Errorf("png: expected a key of 1 to 79 bytes, got %q", key)
		}
		data := "iTXt" + key + "\x00\x00\x00\x00\x00" + made[key]
		out = binary.BigEndian.AppendUint32(out, uint32(len(data)-4))
		out = append(out, data...)
		out = binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE([]byte(data)))
	}
	return append(out, encoded[afterIHDR:]...), nil
}

// WritePNG writes PNG's bytes atomically.
func WritePNG(path string, picture image.Image, made map[string]string) error {
	b, err := PNG(picture, made)
	if err != nil {
		return err
	}
	return tensorfile.WriteAtomic(path, func(w io.Writer) error {
		_, err := w.Write(b)
		return err
	})
}

// ReadMade reads back the entries of a picture that WritePNG wrote.
func ReadMade(path string) (map[string]string, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if !bytes.HasPrefix(b, []byte(pngHeader)) {
		return nil, fmt.Errorf("%s: expected a PNG", path)
	}
	made := map[string]string{}
	for b = b[len(pngHeader):]; len(b) >= 12; {
		n := int(binary.BigEndian.Uint32(b))
		if n > len(b)-12 {
			return nil, fmt.Errorf("%s: truncated", path)
		}
		if string(b[4:8]) == "iTXt" {
			if key, value, ok := bytes.Cut(b[8:8+n], []byte("\x00\x00\x00\x00\x00")); ok {
				made[string(key)] = string(value)
			}
		}
		b = b[12+n:]
	}
	return made, nil
}
