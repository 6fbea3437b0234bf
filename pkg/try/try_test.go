package try

import (
	"fmt"
	"image"
	"image/png"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// part writes a striped picture, with a noisy spot where it is bad.
func part(t *testing.T, path string, seed uint64, bad bool) string {
	rng := rand.New(rand.NewPCG(seed, 1))
	m := image.NewGray(image.Rect(0, 0, 80, 64))
	for i := range m.Pix {
		m.Pix[i] = uint8(100 + 20*(i%8) + rng.IntN(9))
		if y, x := i/80, i%80; bad && y > 20 && y < 40 && x > 24 && x < 50 {
			m.Pix[i] = uint8(rng.IntN(256))
		}
	}
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o777))
	f, err := os.Create(path)
	require.NoError(t, err)
	require.NoError(t, png.Encode(f, m))
	require.NoError(t, f.Close())
	return path
}

// TestLearnAndLook learns from good pictures and tells a bad one. A picture is encoded once,
// however many models look at it.
func TestLearnAndLook(t *testing.T) {
	dir := t.TempDir()
	encoded := 0
	lab, err := Open("", filepath.Join(dir, "cache"), func(name string, _, _ int, _ string) {
		if name == "encode" {
			encoded++
		}
	})
	require.NoError(t, err)
	for i := range 5 {
		part(t, filepath.Join(dir, "good", fmt.Sprintf("%d.png", i)), uint64(i), false)
	}
	out := filepath.Join(dir, "own.model")
	head, err := lab.Fit(t.Context(), "own", filepath.Join(dir, "good"), 0.2, out)
	require.NoError(t, err)
	require.Equal(t, "knn", head.Detector)
	require.Equal(t, 5, head.Normals)
	require.Zero(t, head.INPs)
	require.Len(t, head.Colours, 4*256)
	require.GreaterOrEqual(t, head.Highest[0], *head.Threshold)

	other, err := lab.Model("again", out)
	require.NoError(t, err)
	require.Equal(t, head, other)
	bad := part(t, filepath.Join(dir, "bad.png"), 20, true)
	first, err := lab.Look(t.Context(), "own", bad, Words{})
	require.NoError(t, err)
	require.Greater(t, first.Score, *head.Threshold)
	require.InDelta(t, 1.0/6, *first.P, 1e-9, "no held-out normal scores as high")
	require.Len(t, first.Map, head.MapSide*head.MapSide)
	var kinds []string
	for _, d := range first.Drawn {
		kinds = append(kinds, fmt.Sprint(d.Kind, " ", d.Index, d.Image.Bounds().Dx()))
	}
	require.Equal(t, []string{"picture 0 224", "tokens 0 14", "heat 0 256"}, kinds)
	second, err := lab.Look(t.Context(), "again", bad, Words{})
	require.NoError(t, err)
	require.Equal(t, first.Map, second.Map)
	require.Equal(t, 1, encoded)

	_, err = lab.Look(t.Context(), "none", bad, Words{})
	require.EqualError(t, err, `no model "none" is open`)
	_, err = lab.Fit(t.Context(), "own", filepath.Join(dir, "nowhere"), 0.2, out)
	require.ErrorContains(t, err, "expected a folder of good pictures")
	_, err = lab.Look(t.Context(), "own", out, Words{})
	require.ErrorContains(t, err, "expected PNG, JPEG")
}

func TestSideBySide(t *testing.T) {
	require.Equal(t, []float32{1, 2, 5, 6, 3, 4, 7, 8},
		sideBySide([]float32{1, 2, 3, 4, 5, 6, 7, 8}, 2, 2, 2))
}
