package multiads

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"path/filepath"
)

// textCache keeps nothing in a browser, where there is no other run. It reads what was embedded
// beforehand: the file Shipped, in the folder and format of an earlier run's.
type textCache struct {
	path  string
	size  int
	whole int64
}

// Shipped is the name of the file.
const Shipped = "shipped"

// sumSize is the length of a sentence's digest, and checkSize of a record's check.
const sumSize, checkSize = sha256.Size, 8

func (c *textCache) load() (map[[sumSize]byte][]float32, error) {
	path := filepath.Join(filepath.Dir(c.path), Shipped)
	data, err := os.ReadFile(path)
	if os.IsNotExist(err) {
		return nil, nil
	}
	n := sumSize + 4*c.size + checkSize
	if err == nil && len(data)%n != 0 {
		err = fmt.Errorf("%s: expected records of %d bytes, got %d bytes", path, n, len(data))
	}
	known := map[[sumSize]byte][]float32{}
	for ; err == nil && len(data) > 0; data = data[n:] {
		v := make([]float32, c.size)
		for i := range v {
			v[i] = math.Float32frombits(binary.LittleEndian.Uint32(data[sumSize+4*i:]))
		}
		known[[sumSize]byte(data[:sumSize])] = v
	}
	return known, err
}

func (c *textCache) add(map[string][]float32, []string) error { return nil }
