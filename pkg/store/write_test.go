package store

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// faulty is a disk that refuses one call, the fails-th of all.
type faulty struct {
	calls, fails int
	err          error
}

// call counts a call and gives the error of the one that fails.
func (f *faulty) call(op, path string) error {
	if f.calls++; f.calls == f.fails {
		return &fs.PathError{Op: op, Path: path, Err: f.err}
	}
	return nil
}

func (f *faulty) disk() disk {
	return disk{
		folders: func(dir string, perm fs.FileMode) error {
			if err := f.call("mkdir", dir); err != nil {
				return err
			}
			return theDisk.folders(dir, perm)
		},
		create: func(dir, pattern string) (temporary, error) {
			if err := f.call("open", dir); err != nil {
				return nil, err
			}
			file, err := os.CreateTemp(dir, pattern)
			return &faultyFile{file, f}, err
		},
		rename: func(from, to string) error {
			if err := f.call("rename", to); err != nil {
				return err
			}
			return theDisk.rename(from, to)
		},
	}
}

// faultyFile is a file on it. A write that fails leaves half of its bytes, as a full disk does.
type faultyFile struct {
	*os.File
	f *faulty
}

func (x *faultyFile) Write(b []byte) (int, error) {
	if err := x.f.call("write", x.Name()); err != nil {
		n, _ := x.File.Write(b[:len(b)/2])
		return n, err
	}
	return x.File.Write(b)
}

func (x *faultyFile) Chmod(perm fs.FileMode) error {
	return errors.Join(x.f.call("chmod", x.Name()), x.File.Chmod(perm))
}

func (x *faultyFile) Sync() error {
	return errors.Join(x.f.call("fsync", x.Name()), x.File.Sync())
}

func (x *faultyFile) Close() error {
	return errors.Join(x.f.call("close", x.Name()), x.File.Close())
}

// large is more than what is buffered, in pieces that go through the buffer and past it.
const large = 5<<20 + 17

func writeLarge(w io.Writer) error {
	for _, piece := range [][]byte{make([]byte, 17), make([]byte, 2<<20), make([]byte, 3<<20)} {
		if _, err := w.Write(piece); err != nil {
			return err
		}
	}
	return nil
}

// TestEveryCallThatFailsLeavesTheOldFile lets every call that writing makes fail in turn, in every
// way in which a disk refuses.
func TestEveryCallThatFailsLeavesTheOldFile(t *testing.T) {
	for err, need := range map[error]string{
		unix.ENOSPC: fmt.Sprintf("it needs %d bytes in ", large),
		unix.EDQUOT: fmt.Sprintf("it needs %d bytes in ", large),
		unix.EFBIG:  fmt.Sprintf("it needs %d bytes in ", large),
		unix.EROFS:  "it needs a folder that can be written",
		unix.EACCES: "it needs a folder that can be written",
		unix.EIO:    "input/output error",
	} {
		dir := t.TempDir()
		path := filepath.Join(dir, "model.safetensors")
		require.NoError(t, os.WriteFile(path, []byte("old"), 0o666))
		failed := 0
		for {
			f := &faulty{fails: failed + 1, err: err}
			got := f.disk().write(path, writeLarge)
			if f.calls < f.fails {
				require.NoError(t, got)
				break
			}
			failed++
			require.ErrorIs(t, got, err)
			require.ErrorContains(t, got, path)
			require.NotContains(t, got.Error(), "\n")
			if failed > 2 { // folder and file are made before anything is counted
				require.ErrorContains(t, got, need, "call %d", failed)
			}
			b, readErr := os.ReadFile(path)
			require.NoError(t, readErr)
			require.Equal(t, "old", string(b), "call %d: %v", failed, got)
			entries, readErr := os.ReadDir(dir)
			require.NoError(t, readErr)
			require.Len(t, entries, 1, "call %d leaves a temporary file: %v", failed, got)
		}
		require.GreaterOrEqual(t, failed, 8, "mkdir, create, 2 writes, chmod, fsync, close, rename")
		info, statErr := os.Stat(path)
		require.NoError(t, statErr)
		require.EqualValues(t, large, info.Size())
	}
}

// TestFullDisk is the same on a file system of 256 KiB.
func TestFullDisk(t *testing.T) {
	dir := t.TempDir()
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "size=256k"); err != nil {
		t.Skipf("no tmpfs can be mounted here: %v", err)
	}
	defer func() { require.NoError(t, unix.Unmount(dir, 0)) }()
	path := filepath.Join(dir, "a", "x")
	old := bytes.Repeat([]byte("old"), 10_000)
	require.NoError(t, WriteFile(path, old))
	for range 3 { // a temporary file that stayed would fill it
		err := WriteFile(path, make([]byte, 1<<20))
		require.ErrorIs(t, err, unix.ENOSPC)
		require.ErrorContains(t, err, "writing "+path+": ")
		require.ErrorContains(t, err, "it needs 1048576 bytes in "+filepath.Dir(path)+": make room")
	}
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	require.True(t, bytes.Equal(old, b))
	require.Equal(t, []string{"a/x"}, names(t, dir))
	require.NoError(t, WriteFile(path, make([]byte, 150<<10)), "it fits beside the old")
}

// TestAFolderThatIsClosed is what everybody but root meets.
func TestAFolderThatIsClosed(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.Chmod(dir, 0o555))
	if os.Getuid() == 0 {
		t.Skip("root may write anywhere")
	}
	err := WriteFile(filepath.Join(dir, "x"), nil)
	require.ErrorIs(t, err, fs.ErrPermission)
	require.ErrorContains(t, err, "and "+dir+" cannot: name another place")
}
