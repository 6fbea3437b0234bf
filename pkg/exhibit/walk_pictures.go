package exhibit

import (
	"fmt"
	"image"
	"math"
	"strings"

	"adlab/datasets"
	"adlab/pkg/detector"
	"adlab/pkg/inpformer"
	"adlab/pkg/plot"
)

// walkTile is the size of a picture in a walk, in pixels.
const walkTile = 190

// Image draws the image as the encoder sees it, with the outline of its mask, beside a normal
// image.
func (w *Walk) Image() (image.Image, error) {
	_, enc, err := w.head(w.prototypes())
	if err != nil {
		return nil, err
	}
	tiles, err := pictures(w.pair(), enc)
	return plot.Panel("", [][]plot.Tile{tiles}, walkTile, nil), err
}

// Tokens draws the fused patch tokens, their first three principal components as colours.
func (w *Walk) Tokens() (image.Image, error) {
	s, err := w.steps()
	if err != nil {
		return nil, err
	}
	return s.Tokens(), nil
}

// Levels says in a line which levels of the encoder make which group.
func (w *Walk) Levels() (string, error) {
	d, enc, err := w.head(w.prototypes())
	if err != nil {
		return "", err
	}
	var groups []string
	for g, levels := range d.Features.GroupsInUse() {
		groups = append(groups, fmt.Sprintf("%s = mean of the levels %v",
			depth(g, len(d.Features.GroupsInUse())), levels))
	}
	return fmt.Sprintf("%s: %d × %d tokens of %d channels; %s", enc.Name(), enc.Grid(), enc.Grid(),
		enc.Width(), strings.Join(groups, "; ")), nil
}

// Likeness draws how like each token is to one in the middle of the defect, and to one that is
// normal: the cosine, in each group.
func (w *Walk) Likeness() (image.Image, error) {
	d, enc, err := w.head(w.prototypes())
	if err != nil {
		return nil, err
	}
	t, err := trace(w.ctx, d, w.Sample)
	if err != nil {
		return nil, err
	}
	shown, outlined, err := picture(w.Sample, enc)
	if err != nil {
		return nil, err
	}
	defect, err := anomalousTokens(w.Sample, enc)
	if err != nil {
		return nil, err
	}
	inside, outside := farApart(defect, t.errors)
	scale := plot.Scale{Low: 0, High: 1}
	var rows [][]plot.Tile
	for _, token := range []struct {
		name string
		at   int
	}{{"a token of the defect", inside}, {"a normal token", outside}} {
		row := []plot.Tile{{Picture: plot.Outline(outlined, only(token.at, len(defect)),
			enc.Grid()), Caption: token.name}}
		for g, tokens := range t.targets {
			row = append(row,
				plot.Tile{Picture: plot.Overlay(shown, cosines(tokens, token.at, enc.Width()),
					enc.Grid(), scale), Caption: depth(g, len(t.targets)) + " tokens like it"})
		}
		rows = append(rows, row)
	}
	return plot.Panel("cosine of every token with one of them", rows, walkTile, &scale), nil
}

// farApart gives the token of a defect that is reconstructed worst, and the normal one that is
// reconstructed best. Without a token that lies mostly in the defect it is the worst of all.
func farApart(defect []bool, errors [][]float32) (worst, best int) {
	worst, best = -1, -1
	sum := make([]float32, len(defect))
	any := false
	for i, d := range defect {
		any = any || d
		for _, e := range errors {
			sum[i] += e[i]
		}
	}
	for i, d := range defect {
		if (d || !any) && (worst < 0 || sum[i] > sum[worst]) {
			worst = i
		}
		if !d && (best < 0 || sum[i] < sum[best]) {
			best = i
		}
	}
	return worst, max(best, 0)
}

// only is a mask of n tokens with one of them.
func only(at, n int) []uint8 {
	mask := make([]uint8, n)
	mask[at] = 1
	return mask
}

// cosines are those of tokens [N, C] with one of them.
func cosines(tokens []float32, at, channels int) []float32 {
	one := tokens[at*channels : (at+1)*channels]
	dot := func(a, b []float32) (sum float64) {
		for c := range a {
			sum += float64(a[c]) * float64(b[c])
		}
		return sum
	}
	out := make([]float32, len(tokens)/channels)
	for i := range out {
		x := tokens[i*channels : (i+1)*channels]
		out[i] = float32(dot(x, one) / math.Sqrt(max(dot(x, x)*dot(one, one), 1e-12)))
	}
	return out
}

// Attention draws where each prototype looks.
func (w *Walk) Attention() (image.Image, error) {
	d, enc, err := w.head(w.prototypes())
	if err != nil {
		return nil, err
	}
	return attentionPanel(w.ctx, d, enc, []datasets.Sample{w.Sample})
}

// Coherence draws how far each token is from its nearest prototype and says the mean of it, which
// is the coherence loss.
func (w *Walk) Coherence() (image.Image, error) {
	d, enc, err := w.head(w.prototypes())
	if err != nil {
		return nil, err
	}
	t, err := trace(w.ctx, d, w.Sample)
	if err != nil {
		return nil, err
	}
	shown, _, err := picture(w.Sample, enc)
	if err != nil {
		return nil, err
	}
	shares := image.NewNRGBA(image.Rect(0, 0, enc.Grid(), enc.Grid()))
	for i, m := range t.nearest {
		shares.Set(i%enc.Grid(), i/enc.Grid(), plot.Palette[int(m)%len(plot.Palette)])
	}
	scale := plot.ScaleOf(1, t.distances)
	return plot.Panel(fmt.Sprintf("coherence loss of this image: %.3f", t.coherence),
		[][]plot.Tile{{
			{Picture: shown.Image(), Caption: caption(w.Sample)},
			{Picture: shares, Caption: "its nearest prototype, by colour"},
			{Picture: plot.Overlay(shown, t.distances, enc.Grid(), scale),
				Caption: "how far it is: 1 − cosine"},
		}}, walkTile, &scale), nil
}

// Reconstruction draws each group's tokens, what the decoder makes of them, and the distance
// between the two.
func (w *Walk) Reconstruction() (image.Image, error) {
	s, err := w.steps()
	if err != nil {
		return nil, err
	}
	return s.Reconstruction(), nil
}

// Maps draws the distances of each group and the anomaly map that their mean becomes, in one scale:
// a row for each number of prototypes.
func (w *Walk) Maps(prototypes ...int) (image.Image, error) {
	var rows [][]plot.Tile
	var traces []*traced
	var all [][]float32
	for _, m := range prototypes {
		d, _, err := w.head(m)
		if err != nil {
			return nil, err
		}
		t, err := trace(w.ctx, d, w.Sample)
		if err != nil {
			return nil, err
		}
		traces = append(traces, t)
		all = append(all, t.errors...)
	}
	scale := plot.ScaleOf(1, all...)
	for i, t := range traces {
		_, enc, err := w.head(prototypes[i])
		if err != nil {
			return nil, err
		}
		shown, outlined, err := picture(w.Sample, enc)
		if err != nil {
			return nil, err
		}
		row := []plot.Tile{{Picture: outlined, Caption: fmt.Sprintf("M = %d", prototypes[i])}}
		for g, e := range t.errors {
			row = append(row, plot.Tile{Picture: plot.Overlay(shown, e, enc.Grid(), scale),
				Caption: depth(g, len(t.errors)) + ": 1 − cosine"})
		}
		rows = append(rows,
			append(row, plot.Tile{Picture: plot.Overlay(shown, t.anomaly, detector.MapSide, scale),
				Caption: fmt.Sprintf("anomaly map, score %.3f", detector.TopMean(t.anomaly))}))
	}
	return plot.Panel("from distances to the anomaly map", rows, walkTile, &scale), nil
}

// Verdict draws the anomaly maps of the image and of a normal one in the data set's scale.
func (w *Walk) Verdict() (image.Image, error) {
	d, enc, err := w.head(w.prototypes())
	if err != nil {
		return nil, err
	}
	return w.judged("anomaly maps, in the scale of the whole data set", d, w.set, w.pair(), enc)
}

// ZeroShot draws what the head says of a data set that it has not seen, by the distance to each
// image's own prototypes.
func (w *Walk) ZeroShot() (image.Image, error) {
	d, enc, err := w.head(w.prototypes())
	if err != nil {
		return nil, err
	}
	set, err := w.runner.set(w.ctx, walkTarget)
	if err != nil {
		return nil, err
	}
	picked := cases(set, 3, nil)
	picked = append(picked, normal(set, picked[0].Category)...)
	return w.judged("distance maps of images from a data set that was not trained on",
		&inpformer.ByDistance{Trained: d}, set, picked, enc)
}
