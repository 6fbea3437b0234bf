package fetch

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
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

// Files brings the package once and leaves files of it at their places, which goals names by
// member. One that is there is left alone.
func (p Package) Files(ctx context.Context, goals map[string]string) error {
	goals = maps.Clone(goals)
	maps.DeleteFunc(goals, func(_, goal string) bool {
		_, err := os.Stat(goal)
		return err == nil
	})
	members := slices.Sorted(maps.Keys(goals))
	if len(members) == 0 {
		return nil
	}
	return beside(goals[members[0]], func(work string) error {
		archive, err := p.Download(ctx, work)
		if err != nil {
			return err
		}
		dir := filepath.Join(work, "whole")
		_, err = p.Extract(ctx, archive, dir, func(name string) string {
			if i, ok := slices.BinarySearch(members, name); ok {
				return strconv.Itoa(i)
			}
			return ""
		})
		if err != nil {
			return err
		}
		for i, member := range members {
			if _, err := os.Stat(filepath.Join(dir, strconv.Itoa(i))); err != nil {
				return fmt.Errorf("%s: expected %s in it, got none", filepath.Base(archive), member)
			}
		}
		for i, member := range members {
			if err := os.MkdirAll(filepath.Dir(goals[member]), 0o777); err != nil {
				return err
			}
			err := os.Rename(filepath.Join(dir, strconv.Itoa(i)), goals[member])
			if err != nil {
				return err
			}
		}
		return nil
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
