package main

import (
	"image"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestInitMakesFoldersThatCanBeFilled(t *testing.T) {
	root := filepath.Join(t.TempDir(), "part")
	out, stderr, code := adlab("data", "init", root)
	require.Equal(t, 0, code, stderr)
	require.Contains(t, out, "adlab data check "+root)
	readme, err := os.ReadFile(filepath.Join(root, "README.txt"))
	require.NoError(t, err)
	require.Contains(t, string(readme), "adlab train --layout folder --data "+root)
	oneLineFailure(t, []string{"data", "init", root}, root, "expected an empty folder")

	train := append([]string{"train", "--layout", "folder", "--data", root, "--out",
		filepath.Join(t.TempDir(), "m.safetensors")}, quick...)
	oneLineFailure(t, train, filepath.Join(root, "train"), "expected at least one image")
	for i, name := range []string{"0.png", "1.png"} {
		picture(t, filepath.Join(root, "train", "good", name), uint64(i), false)
	}
	_, stderr, code = adlab(train...)
	require.Equal(t, 0, code, stderr)
}

// What a set says that is not plain stops with the flag that allows it.
func TestWhatMayBeAllowedOfData(t *testing.T) {
	for flag, spoil := range map[string]func(t *testing.T, plate string){
		"--allow-empty-masks": func(t *testing.T, plate string) {
			writePNG(t, filepath.Join(plate, "ground_truth", "spot", "001_mask.png"),
				image.NewGray(image.Rect(0, 0, 64, 64)))
		},
		"--resize-masks": func(t *testing.T, plate string) {
			mask(t, filepath.Join(plate, "ground_truth", "spot", "001_mask.png"), 128)
		},
		"--follow-links": func(t *testing.T, plate string) {
			file := filepath.Join(plate, "test", "spot", "001.png")
			elsewhere := filepath.Join(t.TempDir(), "001.png")
			require.NoError(t, os.Rename(file, elsewhere))
			require.NoError(t, os.Symlink(elsewhere, file))
		},
	} {
		root := dataset(t)
		spoil(t, filepath.Join(root, "plate"))
		args := []string{"eval", "--data", root, "--profile", "smoke", "--detector", "mean"}
		oneLineFailure(t, args, flag+": ", "001")
		out, stderr, code := adlab(append(args, flag)...)
		require.Equal(t, 0, code, stderr)
		require.Contains(t, out, "\nplate ")
		out, _, code = adlab("data", "check", root)
		require.Equal(t, 1, code, flag)
		require.Contains(t, out, "PROBLEM: ", flag)
		require.False(t, strings.Contains(out, "FollowLinks") || strings.Contains(out, "ResizeM"))
	}
}
