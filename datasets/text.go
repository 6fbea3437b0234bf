package datasets

import (
	"bytes"
	"fmt"
	"os"
)

// readText reads a list: UTF-8, of which a byte-order mark is dropped.
func readText(path string) ([]byte, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", path, err)
	}
	return plainText(path, b)
}

// plainText drops the byte-order mark of UTF-8 and refuses UTF-16.
func plainText(path string, b []byte) ([]byte, error) {
	start := b[:min(len(b), 64)]
	if bytes.HasPrefix(b, []byte("\xff\xfe")) || bytes.HasPrefix(b, []byte("\xfe\xff")) ||
		len(start) > 3 && bytes.Count(start, []byte{0}) >= len(start)/3 {
		return nil, fmt.Errorf("%s: expected a text in UTF-8, got one in UTF-16, as Windows "+
			"PowerShell's > writes it; save it as UTF-8", path)
	}
	return bytes.TrimPrefix(b, []byte("\xef\xbb\xbf")), nil
}
