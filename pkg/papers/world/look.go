package world

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"adlab/datasets"
	"adlab/pkg/detector"
	"adlab/pkg/encoder"
	"adlab/pkg/exhibit"
	"adlab/pkg/experiment"
	"adlab/pkg/imageio"
	"adlab/pkg/metric"
	"adlab/pkg/plot"
	"adlab/pkg/store"
	"adlab/pkg/view"

	"gonum.org/v1/gonum/stat"
)

// looked is a measurement whose test pictures are looked at one by one.
type looked struct {
	name string
	of   exhibit.Measurement
}

// falseAlarms is the share of normal pictures whose maps may exceed the height above which a defect
// counts as found.
const falseAlarms = 0.05

// perPicture is said below a table whose set does not tell the defects of a picture apart.
const perPicture = "all defects of a type in a picture count as one"

// typeFound is how many defects of a type were found.
type typeFound struct {
	Name  string `json:"name"`
	Count int    `json:"count"` // of all
	Found int    `json:"found"`
}

// foundTable is a table of which defects are found, still without a method.
func foundTable() *exhibit.Table {
	return &exhibit.Table{Corner: "type of defect", Notes: []string{fmt.Sprintf("a defect is "+
		"found where the map within its mask exceeds a height, one for the whole set, that the "+
		"maps of at most %.0f %% of the normal test pictures exceed anywhere; masks without a "+
		"pixel do not count", 100*falseAlarms)}}
}

// addFound adds a method's column to such a table. All methods have the same types.
func addFound(t *exhibit.Table, method string, types []typeFound) {
	g, first := t.Group("percent of the defects that are found, first seed"), t.Columns == nil
	t.Columns = append(t.Columns, method)
	for i, kind := range types {
		if first {
			g.Rows = append(g.Rows, exhibit.Row{Name: fmt.Sprintf("%s, %d", kind.Name, kind.Count),
				Kind: exhibit.Beside})
		}
		g.Rows[i].Cells = append(g.Rows[i].Cells, percent(kind.Found, kind.Count))
	}
}

// shot is a picture with what a detector said of it. Heights are its map in the colour scale of the
// whole set, 0 to 255.
type shot struct {
	Kind    string  `json:"kind"` // as view.Pick calls it
	ID      string  `json:"id"`
	Score   float64 `json:"score"`
	Heights []byte  `json:"heights"`
}

// picked is what is kept of a detector's maps of a set.
type picked struct {
	Types []typeFound `json:"types"`
	Shots []shot      `json:"shots"`
	// Kinds are image AUROCs, as fractions, by the pictures' folders, each against the normal
	// pictures of its category: the mean over the categories that have such pictures.
	Kinds map[string]float64 `json:"kinds"`
}

// What is kept of a measurement's test pictures; a number is raised when other things are kept.
const (
	keptMaps    = "maps 1"
	keptAnswers = "answers 1"
	keptWhy     = "why 2"
)

// lookPath is where something of a measurement is kept.
func lookPath(ctx context.Context, r *exhibit.Runner, what string, m exhibit.Measurement) (string,
	error) {
	run, err := r.Measure(ctx, m)
	if err != nil {
		return "", err
	}
	return filepath.Join(r.Env.Cache, "looked",
		store.Address(what, run.Key)+".json"), nil
}

// looksKept tells whether all that is looked at is kept.
func looksKept(ctx context.Context, r *exhibit.Runner, what string, all ...looked) (bool,
	error) {
	for _, x := range all {
		path, err := lookPath(ctx, r, what, x.of)
		if err != nil {
			return false, err
		}
		if _, err := os.Stat(path); err != nil {
			return false, nil
		}
	}
	return true, nil
}

// lookAt goes through a set's test pictures with the measurement's detector, or finds what is kept
// of it.
func lookAt(ctx context.Context, r *exhibit.Runner, m exhibit.Measurement) (p picked,
	enc encoder.Encoder, err error) {
	e, err := r.Ready(ctx, m)
	if err != nil {
		return p, nil, err
	}
	if enc, err = r.EncoderOf(m, e); err != nil {
		return p, nil, err
	}
	path, err := lookPath(ctx, r, keptMaps, m)
	if err != nil {
		return p, nil, err
	}
	p, err = store.JSON(ctx, path, func() (picked, error) {
		set, err := r.Set(ctx, m.Set)
		if err != nil {
			return picked{}, err
		}
		d, _, err := r.Trained(ctx, m)
		if err != nil {
			return picked{}, err
		}
		r.Env.Progress.Say("maps of %s", m)
		var scored []experiment.Scored
		for _, c := range set.Categories {
			predictions, err := view.Predictions(ctx, d, c.Test)
			if err != nil {
				return picked{}, err
			}
			for i, x := range predictions {
				scored = append(scored, experiment.Scored{Sample: c.Test[i], Prediction: x})
			}
		}
		return pick(scored, enc.Transform())
	})
	return p, enc, err
}

// pick takes of all that was scored which types were found, and the pictures to show.
func pick(scored []experiment.Scored, t imageio.Transform) (p picked, err error) {
	if p.Types, err = typesFound(scored, t); err != nil {
		return p, err
	}
	if p.Kinds, err = kindsFound(scored); err != nil {
		return p, err
	}
	var samples []datasets.Sample
	var maps [][]float32
	for i, s := range scored {
		if i%max(1, len(scored)/200) == 0 {
			samples, maps = append(samples, s.Sample), append(maps, s.Map)
		}
	}
	scale := view.ScaleFrom(samples, maps)
	labels, chosen := view.Pick(scored)
	for i, s := range chosen {
		x := shot{Kind: labels[i], ID: s.ID, Score: s.Score, Heights: make([]byte, len(s.Map))}
		for k, v := range s.Map {
			share := (float64(v) - scale.Low) / max(scale.High-scale.Low, 1e-12)
			x.Heights[k] = byte(math.Round(255 * min(max(share, 0), 1)))
		}
		p.Shots = append(p.Shots, x)
	}
	return p, nil
}

// kindsFound are the image AUROCs of picked.
func kindsFound(scored []experiment.Scored) (map[string]float64, error) {
	areas := map[string][]float64{}
	known := map[[2]string]bool{}
	for _, x := range scored {
		key := [2]string{x.Category, x.DefectType}
		if known[key] || x.Label == 0 {
			continue
		}
		known[key] = true
		var scores []float64
		var labels []int
		for _, s := range scored {
			if s.Category == x.Category && (s.Label == 0 || s.DefectType == x.DefectType) {
				scores, labels = append(scores, s.Score), append(labels, s.Label)
			}
		}
		of, err := metric.Image(scores, labels)
		if err != nil {
			return nil, err
		}
		areas[x.DefectType] = append(areas[x.DefectType], of.AUROC)
	}
	kinds := map[string]float64{}
	for name, of := range areas {
		kinds[name] = stat.Mean(of, nil)
	}
	return kinds, nil
}

// typesFound counts, for each type, the defects within whose masks the map exceeds what the maps of
// most normal pictures stay below. Masks without a pixel do not count.
func typesFound(scored []experiment.Scored, t imageio.Transform) (types []typeFound, err error) {
	var heights []float64 // of the normal pictures' maps
	for _, s := range scored {
		if s.Label == 0 {
			heights = append(heights, float64(slices.Max(s.Map)))
		}
	}
	slices.Sort(heights)
	height := math.Inf(1)
	if n := len(heights); n > 0 {
		height = heights[min(int(math.Ceil((1-falseAlarms)*float64(n))), n)-1]
	}
	for _, s := range scored {
		flaws, err := flawsOf(s.Sample, t)
		if err != nil {
			return nil, err
		}
		for _, flaw := range flaws {
			highest := math.Inf(-1)
			for i, v := range flaw.mask {
				if v != 0 {
					highest = max(highest, float64(s.Map[i]))
				}
			}
			if math.IsInf(highest, -1) {
				continue
			}
			at := slices.IndexFunc(types, func(x typeFound) bool { return x.Name == flaw.name })
			if at < 0 {
				types, at = append(types, typeFound{Name: flaw.name}), len(types)
			}
			types[at].Count++
			if highest > height {
				types[at].Found++
			}
		}
	}
	slices.SortFunc(types, func(a, b typeFound) int { return strings.Compare(a.Name, b.Name) })
	return types, nil
}

// flaw is a defect of a picture, with its mask at the side of the maps.
type flaw struct {
	name string
	mask []uint8
}

// flawsOf are a picture's defects one by one where the set tells them apart, else its types.
func flawsOf(s datasets.Sample, t imageio.Transform) (flaws []flaw, err error) {
	if s.Label == 0 {
		return nil, nil
	}
	defects, err := s.Defects()
	if err != nil {
		return nil, err
	}
	for _, d := range defects {
		flaws = append(flaws, flaw{d.Name, imageio.MaskTo(t.Mask(d.Mask), t.Crop,
			detector.MapSide)})
	}
	if defects != nil {
		return flaws, nil
	}
	for _, kind := range s.DefectTypes() {
		mask, err := typeMask(s, kind, t)
		if err != nil {
			return nil, err
		}
		flaws = append(flaws, flaw{kind, mask})
	}
	return flaws, nil
}

// typeMask is the mask of a type in a picture, at the side of the maps.
func typeMask(s datasets.Sample, kind string, t imageio.Transform) ([]uint8, error) {
	file := s.Mask
	if own, ok := s.TypedMasks[kind]; ok {
		file = own
	}
	if file == "" {
		return nil, nil
	}
	m, err := s.ReadMask(file)
	if err != nil {
		return nil, err
	}
	return imageio.MaskTo(t.Mask(m), t.Crop, detector.MapSide), nil
}

// finder gives a set's pictures by their IDs.
func finder(set *datasets.Set) func(id string) datasets.Sample {
	all := set.All()
	return func(id string) datasets.Sample {
		return all[slices.IndexFunc(all, func(s datasets.Sample) bool { return s.ID == id })]
	}
}

// rows are the pictures with the outlines of their masks, and their maps.
func (p picked) rows(ctx context.Context, r *exhibit.Runner, key string, t imageio.Transform) (
	[][]plot.Tile, error) {
	set, err := r.Set(ctx, key)
	if err != nil {
		return nil, err
	}
	find := finder(set)
	var top, bottom []plot.Tile
	for _, x := range p.Shots {
		s := find(x.ID)
		shown, outlined, err := view.Picture(s, t)
		if err != nil {
			return nil, err
		}
		values := make([]float32, len(x.Heights))
		for i, v := range x.Heights {
			values[i] = float32(v) / 255
		}
		top = append(top, plot.Tile{Picture: outlined, Caption: x.Kind + "\n" +
			s.DefectType})
		bottom = append(bottom, plot.Tile{Picture: plot.Overlay(shown, values, detector.MapSide,
			plot.Scale{Low: 0, High: 1}), Caption: fmt.Sprintf("%.3f", x.Score)})
	}
	return [][]plot.Tile{top, bottom}, nil
}
