//go:build !js

package store

import (
	"github.com/gofrs/flock"
	"golang.org/x/sys/unix"
)

// fileLock is a lock on a file that other processes heed, too.
type fileLock = flock.Flock

func newLock(path string) *fileLock { return flock.New(path) }

// mayWrite tells whether the folder can be written into.
func mayWrite(dir string) bool { return unix.Access(dir, unix.W_OK) == nil }

// Free is the number of bytes that are free on the disk of a folder that is there; known is false
// where nobody knows.
func Free(dir string) (bytes int64, known bool) {
	var disk unix.Statfs_t
	if unix.Statfs(dir, &disk) != nil {
		return 0, false
	}
	return int64(disk.Bavail) * disk.Bsize, true
}
