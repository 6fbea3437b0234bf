package view

import (
	"cmp"
	"context"
	"fmt"
	"image"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"

	"adlab/pkg/detector"
	"adlab/pkg/experiment"
	"adlab/pkg/imageio"
	"adlab/pkg/multiads"
	"adlab/pkg/plot"
	"adlab/pkg/store"
	"adlab/pkg/tensorfile"
	"adlab/pkg/verdict"
)

// Predicted is what is said of one image, and what was written for it.
type Predicted struct {
	Image string  `json:"image"`
	Score float64 `json:"score"`
	// OK or NG; "" of a model without a threshold and of a picture that cannot be read
	Verdict string `json:"verdict,omitempty"`
	// the share of held-out normals that score as high, itself among them
	P       *float64         `json:"p,omitempty"`
	Regions []verdict.Region `json:"regions,omitempty"` // above the pixel threshold, in its pixels
	// the answer, of a model that tells types apart
	Types []detector.Found `json:"types,omitempty"`
	Says  string           `json:"says,omitempty"`
	// safetensors with the tensors "map" and "type.NAME", 256 × 256 float32, of what is looked at
	Map string `json:"map,omitempty"`
	// PNG in the image's own size and shape: the map in colours, white where it is above the pixel
	// threshold, the map over the image with the regions' boxes
	Heat    string `json:"heat,omitempty"`
	Mask    string `json:"mask,omitempty"`
	Overlay string `json:"overlay,omitempty"`
	View    string `json:"view,omitempty"` // JPEG: image and overlay with a colour bar
	ByType  string `json:"by_type,omitempty"`
	Error   string `json:"error,omitempty"` // why it cannot be read

	Path string `json:"-"` // of the image, to the byte
}

// Writing is where and how results are written.
type Writing struct {
	Out string // folder
	// Root is the folder below which the results keep their pictures' places; "" for each by its
	// own name, or, where two have the same, below the deepest folder that holds all
	Root string
	// Calibration tells OK from NG; nil for scores alone
	Calibration *experiment.Calibration
	// Threshold is a score's, in place of the calibration's; nil for that
	Threshold  *float64
	ScoresOnly bool // no maps and no pictures
}

// Predict scores images with a model, writes what Writing says of each, and gives it to see, in
// their order and as it is known. An image that cannot be read is given with its error. Names and
// space are checked before anything is written.
func Predict(ctx context.Context, v *experiment.Env, m *experiment.Model, asked experiment.Asked,
	w Writing, see func(Predicted) error) error {
	var err error
	if w.Root == "" && !ownNames(asked.Images) {
		if w.Root, err = experiment.CommonFolder(asked.Images); err != nil {
			return err
		}
	}
	bases, err := resultBases(asked.Images, w.Root, w.Out)
	if err != nil {
		return err
	}
	if err := w.room(asked.Images); err != nil {
		return err
	}
	made := map[string]string{"adlab": "anomaly map", "model": m.Digest,
		"encoder": m.Encoder.Name() + " " + m.Encoder.Digest()[:16], "backend": v.Backend.Short(),
		"processor": v.Backend.Bits()}
	type result struct {
		Predicted
		err error
	}
	// results are drawn while the next pictures are looked at, and given in order
	var slots []chan result
	first := func() error {
		r := <-slots[0]
		slots = slots[1:]
		return cmp.Or(r.err, see(r.Predicted))
	}
	wait := func() {
		for _, slot := range slots {
			<-slot
		}
	}
	for s, err := range m.Look(ctx, asked) {
		if err != nil {
			wait()
			return err
		}
		slot := make(chan result, 1)
		slots = append(slots, slot)
		go func() {
			r, err := w.write(m, s, bases[s.Index], made)
			slot <- result{r, err}
		}()
		if len(slots) > runtime.NumCPU() {
			if err := first(); err != nil {
				wait()
				return err
			}
		}
	}
	for len(slots) > 0 {
		if err := first(); err != nil {
			wait()
			return err
		}
	}
	return nil
}

// room checks that what will be written has room on the disk.
func (w Writing) room(images []string) error {
	need := int64(2000 * len(images))
	if !w.ScoresOnly {
		for _, path := range images {
			need += 400_000
			if width, height, err := imageio.Size(path); err == nil {
				need += 2 * int64(width) * int64(height) // overlay, heat map and mask, compressed
			}
		}
	}
	dir := w.Out
	for ; dir != filepath.Dir(dir); dir = filepath.Dir(dir) { // the nearest that is there
		if _, err := os.Stat(dir); err == nil {
			break
		}
	}
	if free, known := store.Free(dir); known && need > free {
		return fmt.Errorf("%s: results of %d pictures need about %.1f GB, and %.1f GB are free; "+
			"name another place, or write the scores only", w.Out, len(images), float64(need)/1e9,
			float64(free)/1e9)
	}
	return nil
}

// decide is what is said of a picture by its score and map.
func (w Writing) decide(r *Predicted) {
	c := w.Calibration
	if c != nil {
		answer, p := c.Verdict(r.Score)
		r.Verdict, r.P = answer, &p
	}
	if w.Threshold != nil {
		r.Verdict = verdict.Answer(verdict.Threshold{Value: *w.Threshold}.NG(r.Score))
	}
}

// write writes one image's map and pictures.
func (w Writing) write(m *experiment.Model, s experiment.Seen, base string,
	made map[string]string) (r Predicted, err error) {
	r = Predicted{Image: Legible(s.Path), Path: s.Path, Score: s.Score}
	if s.Err != nil {
		r.Error = s.Err.Error()
		return r, nil
	}
	w.decide(&r)
	if typed, ok := m.Detector.(detector.Typed); ok && s.Types != nil {
		r.Types = typed.Answer(s.Prediction)
		r.Says = multiads.Says(r.Types)
	}
	if w.ScoresOnly && w.Calibration == nil {
		return r, nil
	}
	picture, err := s.Decode()
	if err != nil { // it was there a moment ago
		return Predicted{Image: r.Image, Path: s.Path, Error: err.Error()}, nil
	}
	d := w.draw(m, picture, s.Map)
	if r.Regions = d.regions; w.ScoresOnly {
		return r, nil
	}
	own := map[string]string{"image": Legible(filepath.Base(s.Path)),
		"score": fmt.Sprintf("%.6f", s.Score)}
	maps.Copy(own, made)
	r.Map = base + ".map.safetensors"
	t := map[string]tensorfile.Tensor{"map": tensorfile.F32(s.Map, detector.MapSide,
		detector.MapSide)}
	for name, types := range s.Types {
		t["type."+name] = tensorfile.F32(types, detector.MapSide, detector.MapSide)
	}
	if err := tensorfile.Write(r.Map, t, own); err != nil {
		return r, err
	}
	r.Heat, r.Overlay = base+".map.png", base+".overlay.png"
	if err := plot.WriteQuickPNG(r.Heat, plot.Heat(d.values, picture.W, m.Scale),
		own); err != nil {
		return r, err
	}
	if d.mask != nil {
		r.Mask = base + ".mask.png"
		if err := plot.WriteQuickPNG(r.Mask, plot.White(d.mask, picture.W), own); err != nil {
			return r, err
		}
	}
	overlay := d.overlay(picture, m.Scale)
	if err := plot.WriteQuickPNG(r.Overlay, overlay, own); err != nil {
		return r, err
	}
	r.View = base + ".view.jpg"
	if err := plot.WriteJPEG(r.View, sideBySide(r, picture.Image(), overlay, m.Scale),
		own); err != nil {
		return r, err
	}
	if r.Types == nil {
		return r, nil
	}
	r.ByType = base + ".types.png"
	seen := m.Encoder.Transform().Picture(picture)
	panel := TypePanel(s.Category+": "+r.Says, seen.Image(), seen, s.Types,
		m.Detector.(detector.Typed).Taps())
	return r, plot.WritePNG(r.ByType, panel, own)
}

// Card is what is said of a picture, and its view as JPEG, without a file.
func Card(m *experiment.Model, j experiment.Judged) (r Predicted, jpeg []byte, err error) {
	w := Writing{Calibration: m.Calibration}
	r = Predicted{Image: Legible(j.Path), Path: j.Path, Score: j.Score}
	w.decide(&r)
	picture, err := j.Decode()
	if err != nil {
		return r, nil, err
	}
	d := w.draw(m, picture, j.Map)
	r.Regions = d.regions
	jpeg, err = plot.JPEG(sideBySide(r, picture.Image(), d.overlay(picture, m.Scale), m.Scale),
		nil)
	return r, jpeg, err
}

// drawing is a map in its picture's own pixels, and what is above the pixel threshold.
type drawing struct {
	values  []float32
	mask    []uint8 // nil where there is no threshold
	regions []verdict.Region
}

func (w Writing) draw(m *experiment.Model, picture *imageio.Image, scoreMap []float32) (d drawing) {
	d.values = plot.Spread(scoreMap, detector.MapSide, picture.W, picture.H,
		Part(m.Encoder.Transform()))
	if w.Calibration != nil {
		d.mask = verdict.Mask(d.values, w.Calibration.Pixel.Value)
		d.regions = verdict.Regions(d.mask, d.values, picture.W)
	}
	return d
}

// overlay is the map over the picture, with the boxes of the regions.
func (d drawing) overlay(picture *imageio.Image, s plot.Scale) image.Image {
	out := plot.Over(picture, d.values, s)
	for _, r := range slices.Backward(d.regions[:min(len(d.regions), mostBoxes)]) {
		plot.Box(out, image.Rect(r.X, r.Y, r.X+r.Width, r.Y+r.Height))
	}
	return out
}

// mostBoxes is how many regions are framed, those of the highest peaks; all are listed.
const mostBoxes = 20

// sideBySide is a picture beside its overlay, small, with what is said of it and a colour bar.
func sideBySide(r Predicted, picture, overlay image.Image, s plot.Scale) image.Image {
	const side = 320
	title := fmt.Sprintf("score %.4g", r.Score)
	if r.Verdict != "" {
		title = r.Verdict + ", " + title
	}
	if r.P != nil {
		title += fmt.Sprintf(", p = %.3g", *r.P)
	}
	if r.Says != "" {
		title += ", " + r.Says
	}
	return plot.Panel(title, [][]plot.Tile{{
		{Picture: plot.Shrink(picture, side), Caption: filepath.Base(r.Image)},
		{Picture: plot.Shrink(overlay, side), Caption: "map"}}}, side, &s)
}

// Part is what part of a picture an encoder sees.
func Part(t imageio.Transform) plot.Part {
	low := float64((t.Resize-t.Crop)/2) / float64(t.Resize)
	high := low + float64(t.Crop)/float64(t.Resize)
	return plot.Part{Left: low, Top: low, Right: high, Bottom: high}
}

// Read is the view that was written of a picture: JPEG.
func Read(r Predicted) ([]byte, error) { return os.ReadFile(r.View) }
