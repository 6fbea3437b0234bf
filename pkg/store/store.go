// Package store is the disk: where something is kept by what decided it, computed once among all
// processes, and written whole or not at all.
package store

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// Address is a digest of 40 hexadecimal digits over values that decided something. Texts are
// quoted: two texts are not one with a space between.
func Address(parts ...any) string {
	h := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(h, "%#v\n", p)
	}
	return fmt.Sprintf("%x", h.Sum(nil))[:40]
}

// Lock takes the lock file of path, so that two processes do not compute one thing twice, and gives
// the function that lets it go. The wait ends with ctx.
func Lock(ctx context.Context, path string) (unlock func(), err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return nil, err
	}
	f := newLock(path + ".lock")
	if ok, err := f.TryLockContext(ctx, 100*time.Millisecond); err != nil || !ok {
		return nil, fmt.Errorf("waiting for another process that computes %s: %w",
			filepath.Base(path), err)
	}
	return func() { f.Unlock() }, nil
}

// Once makes sure that the file at path is there: compute writes it where it is not, while other
// processes that want it wait.
func Once(ctx context.Context, path string, compute func() error) error {
	unlock, err := Lock(ctx, path)
	if err != nil {
		return err
	}
	defer unlock()
	if Touch(path) {
		return nil
	}
	return compute()
}

// JSON gives the value that the file at path holds: read where it is there, else computed and
// written, once among all processes.
func JSON[T any](ctx context.Context, path string, compute func() (T, error)) (value T, err error) {
	fresh := false
	err = Once(ctx, path, func() (err error) {
		if value, err = compute(); err != nil {
			return err
		}
		fresh = true
		return WriteJSON(path, value)
	})
	if err != nil || fresh {
		return value, err
	}
	value, _, err = ReadJSON[T](path)
	return value, err
}

// ReadJSON gives the value that the file at path holds; known is false where there is no file. A
// damaged file is an error that says what to do.
func ReadJSON[T any](path string) (value T, known bool, err error) {
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return value, false, nil
	}
	if err != nil {
		return value, false, err
	}
	if err := json.Unmarshal(b, &value); err != nil {
		return value, false, fmt.Errorf("%s: %w; delete it and run again", path, err)
	}
	return value, true, nil
}
