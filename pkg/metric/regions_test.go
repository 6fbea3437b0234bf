package metric

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRegions(t *testing.T) {
	for _, c := range []struct {
		name        string
		mask        []uint8
		side        int
		four, eight []int
	}{
		{"nothing", []uint8{0, 0, 0, 0}, 2, nil, nil},
		{"everything", []uint8{1, 1, 1, 1}, 2, []int{4}, []int{4}},
		{"one pixel", []uint8{255}, 1, []int{1}, []int{1}},
		{"corners touch through the middle", []uint8{1, 0, 0, 0, 1, 0, 1, 0, 1}, 3,
			[]int{1, 1, 1, 1}, []int{4}},
		{"the other diagonal", []uint8{0, 1, 1, 0}, 2, []int{1, 1}, []int{2}},
		{"no neighbours across a row's end", []uint8{0, 0, 1, 1, 0, 0, 0, 0, 0}, 3, []int{1, 1},
			[]int{1, 1}},
		{"arms that meet below", []uint8{1, 0, 1, 1, 0, 1, 1, 1, 1}, 3, []int{7}, []int{7}},
		{"a ring and its core", []uint8{1, 1, 1, 1, 1, 1, 0, 0, 0, 1, 1, 0, 7, 0, 1, 1, 0, 0, 0, 1,
			1, 1, 1, 1, 1}, 5, []int{16, 1}, []int{16, 1}},
	} {
		_, areas := Regions(c.mask, c.side, 4)
		require.Equal(t, c.four, areas, c.name)
		_, areas = Regions(c.mask, c.side, 8)
		require.Equal(t, c.eight, areas, c.name)
	}
	labels, _ := Regions([]uint8{0, 1, 0, 0, 0, 1, 0, 0, 1}, 3, 4)
	require.Equal(t, []int32{0, 1, 0, 0, 0, 2, 0, 0, 2}, labels,
		"in the order of their first pixels")
	require.PanicsWithValue(t, "metric.Regions: connectivity is 4 or 8, got 6", func() {
		Regions(nil, 1, 6)
	})
}

// Labels must be the classes of "can be walked between": neighbours share one, and as many classes
// as merging neighbours leaves.
func TestRegionsEqualMerging(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	for range 100 {
		side := 1 + rng.IntN(12)
		mask := make([]uint8, side*side)
		for i := range mask {
			mask[i] = uint8(rng.IntN(2))
		}
		for _, connectivity := range []int{4, 8} {
			labels, areas := Regions(mask, side, connectivity)
			parent := make([]int, len(mask))
			for i := range parent {
				parent[i] = i
			}
			root := func(i int) int {
				for parent[i] != i {
					i = parent[i]
				}
				return i
			}
			for i := range mask {
				for j := range mask {
					dy, dx := i/side-j/side, i%side-j%side
					near := dy*dy+dx*dx == 1 || connectivity == 8 && dy*dy+dx*dx == 2
					if near && mask[i] != 0 && mask[j] != 0 {
						parent[root(i)] = root(j)
					}
				}
			}
			size, label := map[int]int{}, map[int]int32{}
			for i := range mask {
				if mask[i] == 0 {
					require.Zero(t, labels[i])
					continue
				}
				r := root(i)
				size[r]++
				if label[r] == 0 {
					label[r] = int32(len(label) + 1)
				}
				require.Equal(t, label[r], labels[i])
			}
			require.Len(t, areas, len(size))
			for r, n := range size {
				require.Equal(t, n, areas[label[r]-1])
			}
		}
	}
}
