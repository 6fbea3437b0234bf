package fetch

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Manifest is the file that marks a complete folder: it says where the files come from.
const Manifest = "SOURCE.txt"

// Folder makes a folder that appears whole or not at all: fill makes dir, and may work in the
// folder around it, both beside the goal. What lay at the goal is replaced at the end.
func Folder(goal string, fill func(work, dir string) error) error {
	return beside(goal, func(work string) error {
		dir := filepath.Join(work, "whole")
		if err := fill(work, dir); err != nil {
			return err
		}
		if err := os.Rename(goal, filepath.Join(work, "old")); err != nil &&
			!errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return os.Rename(dir, goal)
	})
}

// Folder brings the package and leaves in the folder goal what is kept of it, with a manifest that
// is told the number of files and may refuse it.
func (p Package) Folder(ctx context.Context, goal string, keep Keep,
	manifest func(files int) (string, error)) error {
	return Folder(goal, func(work, dir string) error {
		archive, err := p.Download(ctx, work)
		if err != nil {
			return err
		}
		files, err := p.Extract(ctx, archive, dir, keep)
		if err != nil {
			return err
		}
		text, err := manifest(files)
		if err != nil {
			return fmt.Errorf("%s: %w", filepath.Base(archive), err)
		}
		return os.WriteFile(filepath.Join(dir, Manifest), []byte(text), 0o666)
	})
}

// File brings the package and leaves one file of it at goal. One that is there is left alone.
func (p Package) File(ctx context.Context, goal, member string) error {
	if _, err := os.Stat(goal); err == nil {
		return nil
	}
	return beside(goal, func(work string) error {
		archive, err := p.Download(ctx, work)
		if err != nil {
			return err
		}
		dir := filepath.Join(work, "whole")
		files, err := p.Extract(ctx, archive, dir, func(name string) string {
			if name == member {
				return "file"
			}
			return ""
		})
		if err != nil {
			return err
		}
		if files == 0 {
			return fmt.Errorf("%s: expected %s in it, got none", filepath.Base(archive), member)
		}
		return os.Rename(filepath.Join(dir, "file"), goal)
	})
}

// beside lets do work in a folder beside the goal that is gone afterwards.
func beside(goal string, do func(work string) error) error {
	home, name := filepath.Split(filepath.Clean(goal))
	if home == "" {
		home = "."
	}
	if err := os.MkdirAll(home, 0o777); err != nil {
		return err
	}
	work, err := os.MkdirTemp(home, "."+name+".*.tmp")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	return do(work)
}
