package store

import (
	"context"
	"os"
	"time"
)

// fileLock locks nothing: a browser's tab has its files to itself.
type fileLock struct{ path string }

func newLock(path string) *fileLock { return &fileLock{path} }

// Path is that of the lock's file.
func (l *fileLock) Path() string { return l.path }

// Lock makes the file.
func (l *fileLock) Lock() error { return os.WriteFile(l.path, nil, 0o666) }

// RLock is Lock.
func (l *fileLock) RLock() error { return l.Lock() }

// TryLock is Lock.
func (l *fileLock) TryLock() (bool, error) { return true, l.Lock() }

// TryLockContext is Lock.
func (l *fileLock) TryLockContext(context.Context, time.Duration) (bool, error) {
	return l.TryLock()
}

// Unlock has nothing to let go.
func (l *fileLock) Unlock() error { return nil }

// mayWrite tells whether the folder can be written into.
func mayWrite(string) bool { return true }

// Free is not known: the files lie in the tab's memory.
func Free(string) (bytes int64, known bool) { return 0, false }
