package verify

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"adlab/pkg/backend"
	"adlab/pkg/tensorfile"

	"github.com/stretchr/testify/require"
)

const inpFormer = "../../testdata/inpformer"

// plane is a map with its size, for arithmetic in plain loops.
type plane struct {
	rows, columns int
	at            []float64
}

func newPlane(rows, columns int) plane {
	return plane{rows, columns, make([]float64, rows*columns)}
}

// resized interpolates between the four neighbours of each pixel's place in p.
func (p plane) resized(rows, columns int, aligned bool) plane {
	source := func(i, n, m int) (lo, hi int, t float64) {
		u := max(0, (float64(i)+0.5)*float64(n)/float64(m)-0.5)
		if aligned {
			u = float64(i) * float64(n-1) / float64(m-1)
		}
		lo = min(int(u), n-1)
		return lo, min(lo+1, n-1), u - float64(lo)
	}
	out := newPlane(rows, columns)
	for y := range rows {
		y0, y1, v := source(y, p.rows, rows)
		for x := range columns {
			x0, x1, u := source(x, p.columns, columns)
			top := (1-u)*p.at[y0*p.columns+x0] + u*p.at[y0*p.columns+x1]
			bottom := (1-u)*p.at[y1*p.columns+x0] + u*p.at[y1*p.columns+x1]
			out.at[y*columns+x] = (1-v)*top + v*bottom
		}
	}
	return out
}

// blurred weighs 5 x 5 neighbours by a Gaussian of deviation 4, zero beyond the border.
func (p plane) blurred() plane {
	out := newPlane(p.rows, p.columns)
	weight := func(dy, dx int) float64 { return math.Exp(-float64(dy*dy+dx*dx) / 32) }
	sum := 0.0
	for dy := -2; dy <= 2; dy++ {
		for dx := -2; dx <= 2; dx++ {
			sum += weight(dy, dx)
		}
	}
	for i := range out.at {
		for dy := -2; dy <= 2; dy++ {
			for dx := -2; dx <= 2; dx++ {
				y, x := i/p.columns+dy, i%p.columns+dx
				if y >= 0 && y < p.rows && x >= 0 && x < p.columns {
					out.at[i] += weight(dy, dx) / sum * p.at[y*p.columns+x]
				}
			}
		}
	}
	return out
}

// folderWith is INP-Former's folder with other files of some names.
func folderWith(t *testing.T, tensors map[string]map[string]tensorfile.Tensor) string {
	dir := t.TempDir()
	files, err := filepath.Glob(filepath.Join(inpFormer, "*"))
	require.NoError(t, err)
	for _, path := range files {
		path, err = filepath.Abs(path)
		require.NoError(t, err)
		require.NoError(t, os.Symlink(path, filepath.Join(dir, filepath.Base(path))))
	}
	for name, file := range tensors {
		path := filepath.Join(dir, name+".safetensors")
		require.NoError(t, os.Remove(path))
		require.NoError(t, tensorfile.Write(path, file, nil))
	}
	return dir
}

// run runs one group.
func run(t *testing.T, dir, name string) Result {
	b, err := backend.Open("go")
	require.NoError(t, err)
	i := slices.IndexFunc(inpFormerGroups, func(g group) bool { return g.name == name })
	return runGroup(inpFormerGroups[i], &checker{backend: b.Backend, dir: dir,
		files: map[string]*tensorfile.File{}})
}

func requirePass(t *testing.T, r Result) {
	require.True(t, r.Pass, "%s: error %g, tolerance %g: %s", r.Name, r.MaxError, r.Tolerance,
		r.Why)
}

// TestMapsThatAreNotSquare computes the maps of the folder's token distances, the masks and the
// image scores at sizes of another aspect, in plain loops.
func TestMapsThatAreNotSquare(t *testing.T) {
	const grid, cropRows, cropColumns, rows, columns = 6, 30, 84, 100, 64
	read := func(file string) *tensorfile.File {
		f, err := tensorfile.Open(filepath.Join(inpFormer, file+".safetensors"))
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, f.Close()) })
		return f
	}
	floats := func(file, name string) []float32 {
		data, err := read(file).Float32s(name)
		require.NoError(t, err)
		return data
	}
	out, zero := map[string]tensorfile.Tensor{}, map[string]tensorfile.Tensor{}
	var groups [][]float32
	for _, name := range []string{"point_dist0", "point_dist1"} {
		groups = append(groups, floats("forward", name))
	}
	batch := len(groups[0]) / (grid * grid)
	// tokens are image i's in the mean of some distances
	tokens := func(i int, distances ...[]float32) plane {
		p := newPlane(grid, grid)
		for k := range p.at {
			for _, d := range distances {
				p.at[k] += float64(d[i*grid*grid+k]) / float64(len(distances))
			}
		}
		return p
	}
	put := func(into map[string]tensorfile.Tensor, name string, make func(image int) plane) {
		var data []float32
		var p plane
		for i := range batch {
			p = make(i)
			for _, x := range p.at {
				data = append(data, float32(x))
			}
		}
		into[name] = tensorfile.F32(data, batch, p.rows, p.columns)
	}
	scores := func(into map[string]tensorfile.Tensor, prefix string, make func(image int) plane) {
		var top, largest []float32
		for i := range batch {
			sorted, sum := slices.Sorted(slices.Values(make(i).at)), 0.0
			for _, x := range sorted[len(sorted)-64:] { // a hundredth of 6400 pixels
				sum += x / 64
			}
			top, largest = append(top, float32(sum)), append(largest,
				float32(sorted[len(sorted)-1]))
		}
		into[prefix+"score_top1pct"] = tensorfile.F32(top, batch)
		into[prefix+"score_max"] = tensorfile.F32(largest, batch)
	}
	kernel := floats("maps", "gaussian_kernel")
	out["gaussian_kernel"] = tensorfile.F32(kernel, 1, 1, 5, 5)
	for g, d := range groups {
		put(out, []string{"crop_map_group0", "crop_map_group1"}[g], func(i int) plane {
			return tokens(i, d).resized(cropRows, cropColumns, true)
		})
	}
	crop := func(i int) plane { return tokens(i, groups...).resized(cropRows, cropColumns, true) }
	put(out, "crop_map", crop)
	put(out, "crop_map_blurred", func(i int) plane { return crop(i).blurred() })
	last := func(i int) plane { return crop(i).resized(rows, columns, false) }
	put(out, "map256_before_blur", last)
	blurred := func(i int) plane { return last(i).blurred() }
	put(out, "map256", blurred)
	scores(out, "", blurred)
	// four rows come from rows 0, 0, 1 and 2, three columns from columns 0, 0 and 1
	out["gt_in"] = tensorfile.F32([]float32{0, 0, 0.5, 0.6, 0.51, 0}, 1, 1, 3, 2)
	out["gt_out"] = tensorfile.U8([]uint8{0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 0}, 1, 4, 3)

	distance := floats("maps_zeroshot", "zs_distance")
	zero["zs_distance"] = tensorfile.F32(distance, batch, grid*grid)
	crop = func(i int) plane { return tokens(i, distance).resized(cropRows, cropColumns, true) }
	put(zero, "zs_crop_map", crop)
	put(zero, "zs_map256", blurred)
	scores(zero, "zs_", blurred)
	var bytes []uint8
	for i := range batch {
		for _, x := range crop(i).blurred().at {
			bytes = append(bytes, uint8(int(x*255)))
		}
	}
	zero["zs_app_uint8"] = tensorfile.U8(bytes, batch, cropRows, cropColumns)

	files := map[string]map[string]tensorfile.Tensor{"maps": out, "maps_zeroshot": zero}
	dir := folderWith(t, files)
	requirePass(t, run(t, dir, "maps"))
	requirePass(t, run(t, dir, "maps_zeroshot"))

	out["gt_out"] = tensorfile.U8([]uint8{0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0}, 1, 4, 3)
	r := run(t, folderWith(t, files), "maps")
	require.False(t, r.Pass)
	require.Contains(t, r.Why, "gt_out")
}

// TestMetricsOfMapsThatAreNotSquare lays two maps of the folder side by side: no region is cut or
// joined, so the pixel metrics are those that the folder has for them one by one.
func TestMetricsOfMapsThatAreNotSquare(t *testing.T) {
	f, err := tensorfile.Open(filepath.Join(inpFormer, "metrics.safetensors"))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, f.Close()) })
	shape := f.Shape("pixel_masks")
	n, rows, columns := shape[0], shape[1], shape[2]
	masks, err := f.Uint8s("pixel_masks")
	require.NoError(t, err)
	for i := 0; i < n; i += 2 {
		for y := 1; y < rows-1; y++ {
			right := masks[(i*rows+y+1)*columns-1]
			for _, next := range []int{y - 1, y, y + 1} {
				left := masks[((i+1)*rows+next)*columns]
				require.False(t, right == 1 && left == 1, "regions of pair %d touch", i/2)
			}
		}
	}
	tensors := map[string]tensorfile.Tensor{}
	for _, name := range []string{"image_labels", "image_scores"} {
		tensors[name], err = f.Tensor(name)
		require.NoError(t, err)
	}
	tensors["pixel_masks"] = tensorfile.U8(paired(masks, rows, columns), n/2, rows, 2*columns)
	for _, name := range []string{"pixel_scores", "pixel_scores_tied"} {
		scores, err := f.Float32s(name)
		require.NoError(t, err)
		tensors[name] = tensorfile.F32(paired(scores, rows, columns), n/2, rows, 2*columns)
	}
	// of the pairs the last alone is normal, and scores least: all image metrics are 1
	for _, name := range []string{"image_scores_smooth", "image_scores_tied"} {
		tensors[name] = tensorfile.F32([]float32{0.9, 0.8, 0.7, 0.1}, n/2)
	}
	dir := folderWith(t, map[string]map[string]tensorfile.Tensor{"metrics": tensors})
	raw, err := os.ReadFile(filepath.Join(dir, "metrics.json"))
	require.NoError(t, err)
	var j map[string]map[string]any
	require.NoError(t, json.Unmarshal(withoutLists(t, raw), &j))
	for _, name := range []string{"smooth", "tied"} {
		histogram := j[name]["histogram_path"].(map[string]any)
		histogram["I-AUROC"], histogram["I-AP"], histogram["I-F1max"] = 1, 1, 1
	}
	raw, err = json.Marshal(j)
	require.NoError(t, err)
	require.NoError(t, os.Remove(filepath.Join(dir, "metrics.json")))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "metrics.json"), raw, 0o666))
	requirePass(t, run(t, dir, "metrics"))
}

// paired lays every second map to the right of the one before.
func paired[T any](maps []T, rows, columns int) (out []T) {
	size := rows * columns
	for at := 0; at < len(maps); at += 2 * size {
		for y := range rows {
			row := at + y*columns
			out = append(append(out, maps[row:row+columns]...), maps[row+size:row+size+columns]...)
		}
	}
	return out
}

// withoutLists leaves out of an object what is no object itself.
func withoutLists(t *testing.T, raw []byte) []byte {
	var all map[string]any
	require.NoError(t, json.Unmarshal(raw, &all))
	for name, value := range all {
		if _, ok := value.(map[string]any); !ok {
			delete(all, name)
		}
	}
	out, err := json.Marshal(all)
	require.NoError(t, err)
	return out
}
