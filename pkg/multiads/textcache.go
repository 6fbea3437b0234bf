//go:build !js

package multiads

import (
	"adlab/pkg/store"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// textCache keeps embeddings of sentences in one file a model and backend: records of the
// sentence's SHA-256 and its embedding, appended as they are made. A record that was cut off by an
// interruption, or is damaged, is written over.
type textCache struct {
	path  string
	size  int   // values of an embedding
	whole int64 // bytes at the front that have been read and found whole: nothing ever changes them
}

// sumSize is the length of a record's sentence digest, and of the check of the record.
const sumSize, checkSize = sha256.Size, 8

func (c *textCache) record() int { return sumSize + 4*c.size + checkSize }

// read gives the whole records that it has not read yet, by sentence digest.
func (c *textCache) read(f *os.File) (map[[sumSize]byte][]float32, error) {
	known := map[[sumSize]byte][]float32{}
	if _, err := f.Seek(c.whole, io.SeekStart); err != nil {
		return nil, err
	}
	data, err := io.ReadAll(f)
	if err != nil {
		return nil, err
	}
	for n := c.record(); len(data) >= n; data = data[n:] {
		check := sha256.Sum256(data[:n-checkSize])
		if string(check[:checkSize]) != string(data[n-checkSize:n]) {
			break
		}
		v := make([]float32, c.size)
		for i := range v {
			v[i] = math.Float32frombits(binary.LittleEndian.Uint32(data[sumSize+4*i:]))
		}
		known[[sumSize]byte(data[:sumSize])] = v
		c.whole += int64(n)
	}
	return known, nil
}

// load reads what is there; a file that is not there has nothing.
func (c *textCache) load() (map[[sumSize]byte][]float32, error) {
	store.Touch(c.path)
	f, err := os.Open(c.path)
	if os.IsNotExist(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return c.read(f)
}

// add appends embeddings. Other processes wait meanwhile.
func (c *textCache) add(fresh map[string][]float32, order []string) error {
	if err := os.MkdirAll(filepath.Dir(c.path), 0o777); err != nil {
		return err
	}
	f, err := os.OpenFile(c.path, os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX); err != nil {
		return fmt.Errorf("%s: %w", c.path, err)
	}
	known, err := c.read(f) // what other processes have added
	if err != nil {
		return err
	}
	var data []byte
	for _, sentence := range order {
		sum := sha256.Sum256([]byte(sentence))
		if known[sum] != nil {
			continue
		}
		from := len(data)
		data = append(data, sum[:]...)
		for _, x := range fresh[sentence] {
			data = binary.LittleEndian.AppendUint32(data, math.Float32bits(x))
		}
		check := sha256.Sum256(data[from:])
		data = append(data, check[:checkSize]...)
	}
	if err := f.Truncate(c.whole); err != nil {
		return err
	}
	if _, err = f.WriteAt(data, c.whole); err == nil {
		c.whole += int64(len(data))
	}
	return err
}
