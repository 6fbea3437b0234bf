package multiads

import "crypto/sha256"

// textCache keeps nothing in a browser, where there is no other run.
type textCache struct {
	path  string
	size  int
	whole int64
}

// sumSize is the length of a sentence's digest.
const sumSize = sha256.Size

func (c *textCache) load() (map[[sumSize]byte][]float32, error) { return nil, nil }

func (c *textCache) add(map[string][]float32, []string) error { return nil }
