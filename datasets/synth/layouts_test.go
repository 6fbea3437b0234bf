package synth

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"adlab/datasets"
	"adlab/pkg/imageio"

	"github.com/stretchr/testify/require"
)

// TestEveryLayoutComesBack writes each benchmark and reads it through the public loader: every
// picture, split, type and mask is found again, also by way of meta.json where there is one, and
// nothing is wrong with it.
func TestEveryLayoutComesBack(t *testing.T) {
	const seed = 5
	for _, b := range Benchmarks() {
		t.Run(b.Name, func(t *testing.T) {
			root := filepath.Join(t.TempDir(), b.Name)
			require.NoError(t, Write(t.Context(), b, "smoke", seed, root, 0, nil))
			jobs := map[string]job{}
			for _, j := range b.jobs(Sizes["smoke"]) {
				image, _ := b.write.files(j)
				jobs[image] = j
			}
			ways := []string{b.Layout}
			if _, err := os.Stat(filepath.Join(root, "meta.json")); err == nil {
				ways = append(ways, "meta")
			}
			for _, way := range ways {
				set, err := datasets.Open(way, root, datasets.Options{})
				require.NoError(t, err)
				require.NoError(t, set.CheckMasks())
				require.True(t, set.HasMasks)
				require.Len(t, set.Categories, len(b.Categories))
				samples := set.All()
				require.Len(t, samples, len(jobs), way)
				for i, x := range samples {
					j, ok := jobs[x.ID]
					require.True(t, ok, x.ID)
					require.Equal(t, j.category.Name, x.Category)
					require.Equal(t, j.split, x.Split)
					require.Equal(t, min(1, len(j.types)), x.Label)
					require.Equal(t, len(j.types) > 0, x.Mask != "")
					if j.view > 0 {
						require.Equal(t, string(rune('0'+j.view)), strings.TrimPrefix(x.View, "C"))
					}
					var names []string
					for _, k := range j.types {
						names = append(names, k.Name)
					}
					slices.Sort(names)
					// the CLIP-based methods' list does not name VisA's types
					if way == b.Layout || len(names) > 1 {
						require.Equal(t, names, x.DefectTypes(), x.ID)
					}
					require.Equal(t, len(names) > 1, len(x.TypedMasks) > 0)
					if len(names) == 0 || i%7 != 0 { // drawing again is slow
						continue
					}
					p, err := j.picture(b, Sizes["smoke"].Side, seed)
					require.NoError(t, err)
					mask, err := imageio.DecodeMask(x.Mask)
					require.NoError(t, err)
					for i, v := range mask.Pix {
						any := slices.ContainsFunc(slices.Collect(maps.Keys(p.Masks)),
							func(k string) bool {
								return p.Masks[k].Pix[i] != 0
							})
						require.Equal(t, any, v != 0, "%s pixel %d", x.Mask, i)
					}
				}
			}
			checked, err := datasets.Check(t.Context(), "", root, nil)
			require.NoError(t, err)
			require.Empty(t, checked.Problems, checked.Text())
			layout := b.Layout
			if layout == "mpdd" { // its folders are those of MVTec
				layout = "mvtec"
			}
			require.Equal(t, layout, checked.Layout)
		})
	}
}
