package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"
)

func TestOneHolderAtATime(t *testing.T) {
	path := filepath.Join(t.TempDir(), "runs", "x")
	unlock, err := Lock(t.Context(), path)
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), 150*time.Millisecond)
	defer cancel()
	_, err = Lock(ctx, path)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	unlock()
	unlock, err = Lock(t.Context(), path)
	require.NoError(t, err)
	unlock()
}

func TestFailedWriteLeavesTheOldFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "x")
	require.NoError(t, os.WriteFile(path, []byte("old"), 0o666))
	full := errors.New("disk full")
	err := WriteAtomic(path, func(w io.Writer) error {
		if _, err := w.Write(make([]byte, 1<<21)); err != nil {
			return err
		}
		return full
	})
	require.ErrorIs(t, err, full)
	b, _ := os.ReadFile(path)
	require.Equal(t, "old", string(b))
	entries, _ := os.ReadDir(dir)
	require.Len(t, entries, 1, "no temporary file is left")
}

func TestAValueIsComputedOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a", "x.json")
	var computed atomic.Int32
	var all errgroup.Group
	for range 8 {
		all.Go(func() error {
			v, err := JSON(t.Context(), path, func() (map[string]int, error) {
				computed.Add(1)
				return map[string]int{"a": 1}, nil
			})
			if err == nil && v["a"] != 1 {
				err = fmt.Errorf("expected 1, got %v", v)
			}
			return err
		})
	}
	require.NoError(t, all.Wait())
	require.EqualValues(t, 1, computed.Load())
}

func TestWhatFailsLeavesNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.json")
	broken := errors.New("broken")
	_, err := JSON(t.Context(), path, func() (int, error) { return 0, broken })
	require.ErrorIs(t, err, broken)
	require.NoFileExists(t, path)
}

func TestDamagedJSONSaysWhatToDo(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.json")
	require.NoError(t, WriteFile(path, []byte("{")))
	_, _, err := ReadJSON[int](path)
	require.ErrorContains(t, err, "delete it and run again")
	_, known, err := ReadJSON[int](path + "x")
	require.NoError(t, err)
	require.False(t, known)
}

func TestAddressesTellTextsApart(t *testing.T) {
	require.Len(t, Address("a"), 40)
	require.NotEqual(t, Address("a", "b"), Address("a b"))
	require.NotEqual(t, Address([]string{"a", "b"}), Address([]string{"a b"}))
}
