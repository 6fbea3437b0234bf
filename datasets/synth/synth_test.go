package synth

import (
	"context"
	"crypto/sha256"
	"fmt"
	"image"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// tree is the digest of every file below a folder.
func tree(t *testing.T, root string) map[string]string {
	files := map[string]string{}
	require.NoError(t, filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		rel, _ := filepath.Rel(root, path)
		files[filepath.ToSlash(rel)] = fmt.Sprintf("%x", sha256.Sum256(b))
		return err
	}))
	return files
}

func TestSameSeedSameBytes(t *testing.T) {
	dir := t.TempDir()
	for _, b := range Benchmarks() {
		// one with combined types and numbered masks, one taken by hand
		if b.Name != "visa" && b.Name != "mad-real" {
			continue
		}
		b.Categories = b.Categories[:1]
		write := func(name string, seed uint64, workers int) map[string]string {
			root := filepath.Join(dir, b.Name+name)
			require.NoError(t, Write(t.Context(), b, "smoke", seed, root, workers, nil))
			return tree(t, root)
		}
		one := write("1", 7, 1)
		require.Equal(t, one, write("3", 7, 3), "the number of workers changes nothing")
		require.NotEqual(t, one, write("other", 8, 2), "another seed, other pictures")
	}
}

func TestNothingIsLeftOfAnInterruptedBenchmark(t *testing.T) {
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	root := filepath.Join(dir, "b")
	err := Write(ctx, Benchmarks()[0], "smoke", 1, root, 2, func(done, _ int) {
		if done == 3 {
			cancel()
		}
	})
	require.ErrorIs(t, err, context.Canceled)
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Empty(t, entries)
	require.NoError(t, os.Mkdir(root, 0o777))
	require.ErrorContains(t, Write(t.Context(), Benchmarks()[0], "smoke", 1, root, 2, nil),
		"not there yet")
	require.ErrorContains(t, Write(t.Context(), Benchmarks()[0], "huge", 1, root+"2", 2, nil),
		"Size")
}

func TestBenchmarksAreWhatTheyPromise(t *testing.T) {
	categories, types, drawn := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, b := range Benchmarks() {
		for _, c := range b.Categories {
			require.False(t, categories[c.Name], "%s is in two benchmarks", c.Name)
			categories[c.Name] = true
			for _, x := range c.Types {
				require.Contains(t, defects, x.Draw)
				types[x.Name], drawn[x.Draw] = true, true
			}
		}
	}
	require.GreaterOrEqual(t, len(categories), 16)
	require.GreaterOrEqual(t, len(types), 20)
	for name := range defects {
		require.True(t, drawn[name], "no category has %s", name)
	}
}

// TestEveryFlawIsSeen draws each type of each category: its mask has a sensible size, the picture
// differs there from the normal one of the same name, and hardly anywhere else.
func TestEveryFlawIsSeen(t *testing.T) {
	const side = 96
	for _, b := range Benchmarks() {
		for _, c := range b.Categories {
			normal, err := b.Example(c, nil, 1, 3, side)
			require.NoError(t, err)
			require.Nil(t, normal.Masks)
			for _, x := range c.Types {
				p, err := b.Example(c, []Type{x}, 1, 3, side)
				require.NoError(t, err)
				mask := p.Masks[x.Draw]
				var in, out, inside, outside float64
				for i, m := range mask.Pix {
					d := 0.0
					for k := range 3 {
						flawed, good := p.Image.Pix[4*i+k], normal.Image.Pix[4*i+k]
						d = max(d, math.Abs(float64(flawed)-float64(good)))
					}
					if m != 0 {
						in, inside = in+1, inside+d
					} else {
						out, outside = out+1, outside+d
					}
				}
				share := in / (in + out)
				require.True(t, share >= smallest && share <= largest, "%s %s: %g of the picture",
					c.Name, x.Name, share)
				require.Greater(t, inside/in, 8.0, "%s %s: seen", c.Name, x.Name)
				require.Less(t, outside/out, 3.0, "%s %s: nothing else differs", c.Name, x.Name)
			}
		}
	}
}

func TestSpreadClosesGaps(t *testing.T) {
	const side = 9
	marked := make([]bool, side*side)
	for _, i := range []int{3*side + 3, 3*side + 5, 8*side + 0} {
		marked[i] = true
	}
	grown := spread(marked, side, 1, true)
	count := 0
	for _, m := range grown {
		if m {
			count++
		}
	}
	require.Equal(t, 15+4, count, "two squares side by side, and a corner's quarter")
	closed := spread(grown, side, 1, false)
	require.True(t, closed[3*side+4], "the gap is closed")
	require.True(t, closed[3*side+3] && closed[3*side+5])
	require.False(t, closed[2*side+4])
}

func TestStreamsAreNamed(t *testing.T) {
	require.Equal(t, Stream("a").Uint64(), Stream("a").Uint64())
	require.NotEqual(t, Stream("a").Uint64(), Stream("b").Uint64())
}

func TestFrames(t *testing.T) {
	f := Canvas.In(0.2, -0.1, 0.7, 1.3).In(0.1, 0.4, -0.2, 0.5)
	x, y := f.out(0.3, -0.6)
	u, v := f.Local(x, y)
	require.InDelta(t, 0.3, u, 1e-12)
	require.InDelta(t, -0.6, v, 1e-12)
	require.InDelta(t, 0.65, f.scale, 1e-12)
}

func TestShapesAreDistances(t *testing.T) {
	for name, c := range map[string]struct {
		s    Shape
		u, v float64
		want float64
	}{
		"disc":    {Disc(0.5), 1, 0, 0.5},
		"ring":    {Ring(0.2, 0.4), 0, 0.3, -0.1},
		"box":     {Box(0.5, 0.3, 0), 0, 0.5, 0.2},
		"corner":  {Box(0.5, 0.3, 0), 0.8, 0.7, 0.5},
		"rod":     {Rod(-1, 0, 1, 0, 0.1), 0.3, 0.4, 0.3},
		"rod end": {Rod(-1, 0, 1, 0, 0.1), 2, 0, 0.9},
		"moved":   {At(1, 1, math.Pi/2, Box(0.5, 0.3, 0)), 1, 1.7, 0.2},
		"cut":     {Without(Disc(1), Disc(0.5)), 0, 0, 0.5},
	} {
		require.InDelta(t, c.want, c.s(c.u, c.v), 1e-12, name)
	}
}

func TestFlatSurfaceIsEvenlyLit(t *testing.T) {
	s := newSurface(16)
	for i := range s.points {
		s.points[i] = Material{colour: RGB{0.5, 0.25, 1}}
	}
	lit := s.shade(light{x: 0.6, z: 0.8, ambient: 0.4, exposure: 1, tint: RGB{1, 1, 1}})
	for i := range s.points {
		require.InDeltaSlice(t, []float64{0.5, 0.25, 1}, lit[3*i:3*i+3], 1e-9)
	}
	sc := &Scene{surface: s, blur: 0.5}
	require.Equal(t, image.Rect(0, 0, 16, 16), sc.expose(lit, "x").Rect)
}
