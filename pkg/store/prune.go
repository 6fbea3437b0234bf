package store

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Kept is a file of a cache.
type Kept struct {
	Path string
	Kind string    // the folder of the cache that it lies in; Leftovers
	Size int64     // bytes
	Used time.Time // the last time
}

// Leftovers are what writing left that was cut short.
const Leftovers = "leftovers"

// Scan lists a cache; a cache that is not there has nothing. Locks are left out.
func Scan(dir string) (all []Kept, err error) {
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist): // gone in the meantime
			return nil
		case err != nil:
			return err
		case d.IsDir() && d.Name() == live:
			return fs.SkipDir
		case !d.Type().IsRegular() || strings.HasSuffix(path, ".lock"):
			return nil
		}
		info, err := d.Info()
		if err != nil {
			return nil
		}
		inside, err := filepath.Rel(dir, path)
		kind, _, deeper := strings.Cut(filepath.ToSlash(inside), "/")
		switch {
		case strings.HasPrefix(d.Name(), ".") && strings.HasSuffix(d.Name(), ".tmp"):
			kind = Leftovers
		case !deeper:
			kind = "others"
		}
		all = append(all, Kept{path, kind, info.Size(), info.ModTime()})
		return err
	})
	return all, err
}

// order is that in which kinds go: what is made again in seconds to minutes, then what was measured
// and what was trained. Other kinds are somebody else's.
var order = []string{Leftovers, "compiled", "features", "mosaics", "told", "costs", "live", "texts",
	"results", "runs", "pretrain"}

// Prune takes files away until a cache has at most so many bytes: first what is soonest made again,
// of one kind what was not used for longest. What a living process has used is never touched, nor
// what one is computing. It gives what it took away and the bytes that are left.
func Prune(dir string, most int64) (removed []Kept, left int64, err error) {
	all, err := Scan(dir)
	if err != nil || len(all) == 0 {
		return nil, 0, err
	}
	for _, k := range all {
		left += k.Size
	}
	all = slices.DeleteFunc(all, func(k Kept) bool { return !slices.Contains(order, k.Kind) })
	slices.SortStableFunc(all, func(a, b Kept) int {
		return cmp.Or(cmp.Compare(slices.Index(order, a.Kind), slices.Index(order, b.Kind)),
			a.Used.Compare(b.Used))
	})
	var since time.Time
	err = guarded(dir, func() (err error) {
		since, err = attended(dir)
		return err
	})
	if err != nil {
		return nil, left, err
	}
	for _, k := range all {
		if left <= most {
			break
		}
		if !k.Used.Before(since) {
			continue
		}
		gone, err := remove(dir, k)
		if err != nil {
			return removed, left, err
		}
		if gone {
			removed, left = append(removed, k), left-k.Size
		}
	}
	return removed, left, nil
}

// coarse is how far times of change may be from the truth.
const coarse = 2 * time.Second

// attended is when the first of the processes came that use the cache; the far future where none
// does. Files of processes that are gone are taken away. It is to be guarded.
func attended(dir string) (since time.Time, err error) {
	since = time.Now().AddDate(100, 0, 0)
	files, err := filepath.Glob(filepath.Join(dir, live, "[0-9]*"))
	if err != nil {
		return since, err
	}
	for _, file := range files {
		info, err := os.Stat(file)
		if err != nil {
			continue
		}
		lock := newLock(file)
		ok, err := lock.TryLock()
		if err != nil {
			return since, fmt.Errorf("%s: %w", file, err)
		}
		if ok {
			os.Remove(file)
			lock.Unlock()
		} else if at := info.ModTime().Add(-coarse); at.Before(since) {
			since = at
		}
	}
	return since, nil
}

// remove takes a file away unless somebody has used it since it was listed, or computes it.
func remove(dir string, k Kept) (gone bool, err error) {
	err = guarded(dir, func() error {
		gone, err = removeGuarded(k)
		return err
	})
	return gone, err
}

func removeGuarded(k Kept) (gone bool, err error) {
	if info, err := os.Stat(k.Path); err != nil || !info.ModTime().Equal(k.Used) {
		return false, nil
	}
	if _, err := os.Stat(k.Path + ".lock"); err == nil {
		computing := newLock(k.Path + ".lock")
		ok, err := computing.TryLock()
		if err != nil || !ok {
			return false, err
		}
		defer computing.Unlock()
	}
	if err := os.Remove(k.Path); err != nil {
		return false, err
	}
	os.Remove(filepath.Dir(k.Path)) // where it was the last
	return true, nil
}
