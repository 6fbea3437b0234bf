package bridge

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"

	"adlab/pkg/store"
	"adlab/pkg/tensorfile"
)

// write adds what the file says of itself, and writes the card beside it.
func (c *Card) write(out string) error {
	f, err := tensorfile.Open(out)
	if err != nil {
		return err
	}
	defer f.Close()
	c.Digest = f.Digest()
	info, err := os.Stat(out)
	if err != nil {
		return err
	}
	c.Bytes = int(info.Size())
	b, err := json.MarshalIndent(c, "", " ")
	if err != nil {
		return err
	}
	return store.WriteFile(strings.TrimSuffix(out, filepath.Ext(out))+".json", append(b, '\n'))
}
