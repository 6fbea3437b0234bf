package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// live is the folder of a cache in which each process that uses it holds a locked file, whose time
// of change is when the process came. What was used since the first of them came may be in use.
const live = ".live"

// caches are those that this process uses, with the lock that says so; nil until it is written to.
var caches = struct {
	sync.Mutex
	of map[string]*fileLock
}{of: map[string]*fileLock{}}

// Enter makes the folder a cache that this process uses until it ends. A folder that nothing can be
// written into is an error; one that is not there is made when something is written.
func Enter(dir string) error {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	caches.Lock()
	defer caches.Unlock()
	if caches.of[dir] != nil {
		return nil
	}
	switch info, err := os.Stat(dir); {
	case errors.Is(err, os.ErrNotExist):
		caches.of[dir] = nil
		return probe(dir)
	case err != nil:
		return err
	case !info.IsDir():
		return errors.New("a file is in the folder's place")
	}
	below, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, d := range below {
		if path := filepath.Join(dir, d.Name()); d.IsDir() && !mayWrite(path) {
			return fmt.Errorf("its folder %s is closed", d.Name())
		}
	}
	return attend(dir)
}

// probe tries whether a folder could be made.
func probe(dir string) error {
	for at := filepath.Dir(dir); ; at = filepath.Dir(at) {
		info, err := os.Stat(at)
		switch {
		case err == nil && !info.IsDir():
			return fmt.Errorf("%s is a file", at)
		case err == nil:
			file, err := os.CreateTemp(at, ".adlab-*")
			if err != nil {
				return errors.Unwrap(err)
			}
			return errors.Join(file.Close(), os.Remove(file.Name()))
		case !errors.Is(err, os.ErrNotExist) || at == filepath.Dir(at):
			return err
		}
	}
}

// guarded runs do while no other process comes, prunes, or marks a file as used.
func guarded(dir string, do func() error) error {
	if err := os.MkdirAll(filepath.Join(dir, live), 0o777); err != nil {
		return err
	}
	guard := newLock(filepath.Join(dir, live, "pruning"))
	if err := guard.Lock(); err != nil {
		return err
	}
	defer guard.Unlock()
	return do()
}

// attend makes and locks the file that tells of this process, and takes away those of processes
// that are gone.
func attend(dir string) error {
	return guarded(dir, func() error {
		if _, err := attended(dir); err != nil {
			return err
		}
		return attendGuarded(dir)
	})
}

func attendGuarded(dir string) error {
	place := filepath.Join(dir, live)
	lock := newLock(filepath.Join(place, fmt.Sprintf("%d-%d", os.Getpid(),
		time.Now().UnixNano())))
	if ok, err := lock.TryLock(); err != nil || !ok {
		return fmt.Errorf("%s cannot be locked: %w", lock.Path(), err)
	}
	now := time.Now()
	caches.of[dir] = lock
	return os.Chtimes(lock.Path(), now, now)
}

// cacheOf is the cache that a path lies in, or "". The first time it says that this process uses
// it.
func cacheOf(path string) string {
	path, err := filepath.Abs(path)
	if err != nil {
		return ""
	}
	caches.Lock()
	defer caches.Unlock()
	for dir, lock := range caches.of {
		if !strings.HasPrefix(path, dir+string(filepath.Separator)) {
			continue
		}
		if _, err := os.Stat(dir); lock == nil && err == nil {
			attend(dir) // where that cannot be, writing says why
		}
		return dir
	}
	return ""
}

// Touch marks a file of a cache as used now, so that nobody prunes it while this process lives;
// false where it is not there.
func Touch(path string) bool {
	if dir := cacheOf(path); dir != "" {
		guard := newLock(filepath.Join(dir, live, "pruning"))
		if guard.RLock() == nil {
			defer guard.Unlock()
		}
	}
	if _, err := os.Stat(path); err != nil {
		return false
	}
	now := time.Now()
	os.Chtimes(path, now, now) // of another's file it may not be
	return true
}
