//go:build !js

package backend

import (
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// digests are those that this process knows, by stamp.
var digests sync.Map

// pluginDigest is a file's SHA-256, cut to 12 hexadecimal digits; "unreadable" where it is. A
// plugin has 260 MB: the digest is kept, for this process and, where its folder can be written, for
// the next ones in a hidden file beside it, and holds as long as path, size and time stay.
func pluginDigest(path string) string {
	info, err := os.Stat(path)
	if err != nil {
		return "unreadable"
	}
	stamp := fmt.Sprintf("%d bytes of %d", info.Size(), info.ModTime().UnixNano())
	key := path + " " + stamp
	if known, ok := digests.Load(key); ok {
		return known.(string)
	}
	kept := filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+".sha256")
	if raw, err := os.ReadFile(kept); err == nil {
		digest, rest, _ := strings.Cut(strings.TrimSpace(string(raw)), " ")
		if rest == stamp && len(digest) == 2*sha256.Size {
			digests.Store(key, digest[:12])
			return digest[:12]
		}
	}
	digest, err := fileDigest(path)
	if err != nil {
		return "unreadable"
	}
	keep(kept, digest+" "+stamp+"\n")
	digests.Store(key, digest[:12])
	return digest[:12]
}

func fileDigest(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return fmt.Sprintf("%x", h.Sum(nil)), nil
}

// keep writes a file in one move. Where it cannot, the digest is computed again next time.
func keep(path, content string) {
	f, err := os.CreateTemp(filepath.Dir(path), ".sha256-*")
	if err != nil {
		return
	}
	_, err = f.WriteString(content)
	if closed := f.Close(); err != nil || closed != nil || os.Rename(f.Name(), path) != nil {
		os.Remove(f.Name())
	}
}
