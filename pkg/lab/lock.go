package lab

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
)

// Lock takes the lock file of path, so that two processes do not compute one thing twice, and gives
// the function that lets it go. The wait ends with ctx.
func Lock(ctx context.Context, path string) (unlock func(), err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return nil, err
	}
	f := flock.New(path + ".lock")
	if ok, err := f.TryLockContext(ctx, 100*time.Millisecond); err != nil || !ok {
		return nil, fmt.Errorf("waiting for another process that computes %s: %w",
			filepath.Base(path), err)
	}
	return func() { f.Unlock() }, nil
}
