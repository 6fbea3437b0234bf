package store

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// WriteFile makes content the file at path, or leaves it as it was; see WriteAtomic.
func WriteFile(path string, content []byte) error {
	return WriteAtomic(path, func(w io.Writer) error { _, err := w.Write(content); return err })
}

// WriteJSON writes a value as indented JSON, whole or not at all.
func WriteJSON(path string, value any) error {
	b, err := json.MarshalIndent(value, "", " ")
	if err != nil {
		return err
	}
	return WriteFile(path, append(b, '\n'))
}

// WriteAtomic makes the file at path what write writes, or leaves it as it was: a temporary file in
// the same folder, fsync, rename, fsync of the folder. Folders are created as needed. Where the
// disk refuses, the error says what it would have needed.
func WriteAtomic(path string, write func(w io.Writer) error) error {
	return theDisk.write(path, write)
}

// disk are the calls that writing makes, so that a test can let each of them fail.
type disk struct {
	folders func(dir string, perm fs.FileMode) error
	create  func(dir, pattern string) (temporary, error)
	rename  func(from, to string) error
}

// temporary is the file that is written before it gets its name.
type temporary interface {
	io.Writer
	Name() string
	Chmod(perm fs.FileMode) error
	Sync() error
	Close() error
}

var theDisk = disk{folders: os.MkdirAll, rename: os.Rename,
	create: func(dir, pattern string) (temporary, error) { return os.CreateTemp(dir, pattern) }}

func (d disk) write(path string, write func(w io.Writer) error) (err error) {
	dir, told := filepath.Dir(path), &counting{}
	defer func() {
		if err != nil {
			err = fmt.Errorf("writing %s: %w%s", path, err, needed(err, dir, told.size))
		}
	}()
	if err := d.folders(dir, 0o777); err != nil {
		return err
	}
	cacheOf(path)
	tmp, err := d.create(dir, "."+filepath.Base(path)+".*.tmp")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			tmp.Close()
			os.Remove(tmp.Name())
		}
	}()
	buffered := bufio.NewWriterSize(tmp, 1<<20)
	told.to = buffered
	if err := write(told); err != nil {
		return err
	}
	if told.refused != nil {
		return told.refused
	}
	if err := buffered.Flush(); err != nil {
		return err
	}
	if err := tmp.Chmod(0o644); err != nil {
		return err
	}
	if err := tmp.Sync(); err != nil {
		return err
	}
	if err := tmp.Close(); err != nil {
		return err
	}
	if err := d.rename(tmp.Name(), path); err != nil {
		return err
	}
	if d, err := os.Open(dir); err == nil { // not every file system can sync a folder
		d.Sync()
		d.Close()
	}
	return nil
}

// counting counts what is written. Once the disk has refused something it goes on to count, so that
// the error can say how large the file would have been.
type counting struct {
	to      io.Writer
	size    int64
	refused error
}

func (c *counting) Write(b []byte) (int, error) {
	c.size += int64(len(b))
	if c.refused == nil {
		_, c.refused = c.to.Write(b)
	}
	return len(b), nil
}

// needed says what writing would have needed where the disk refused it; "" for any other error.
func needed(err error, dir string, size int64) string {
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT),
		errors.Is(err, syscall.EFBIG):
		what := "room"
		if size > 0 {
			what = fmt.Sprintf("%d bytes", size)
		}
		return fmt.Sprintf("; it needs %s in %s: make room there, or name another place", what, dir)
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return fmt.Sprintf("; it needs a folder that can be written, and %s cannot: name another "+
			"place", dir)
	}
	return ""
}
