package bench

import (
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"slices"

	"adlab/pkg/metric"
	"adlab/pkg/tensorfile"
)

// class is what the metrics of one class are taken of.
type class struct {
	maps   [][]float32
	masks  [][]uint8
	scores []float64
	labels []int
}

// drawMetrics draws maps as a detector gives them: smooth, larger where the mask is, and not by
// much; two of three images have defects, a round one of which covers some two percent.
func (t Task) drawMetrics(data map[string]tensorfile.Tensor) {
	rng := rand.New(rand.NewPCG(t.Seed, 0x6d6574))
	pixels := t.Side * t.Side
	for c := range t.Classes {
		maps, masks := make([]float32, t.Images*pixels), make([]uint8, t.Images*pixels)
		scores := make([]float32, t.Images)
		for i := range t.Images {
			radius := 0.0
			if i%3 > 0 {
				radius = (0.06 + 0.06*rng.Float64()) * float64(t.Side)
			}
			cx, cy := rng.Float64()*float64(t.Side), rng.Float64()*float64(t.Side)
			fx, fy := 1+4*rng.Float64(), 1+4*rng.Float64()
			largest := math.Inf(-1)
			for k := range pixels {
				x, y := float64(k%t.Side), float64(k/t.Side)
				far := math.Hypot(x-cx, y-cy)
				v := 0.3 + 0.1*math.Sin(fx*x/float64(t.Side))*math.Cos(fy*y/float64(t.Side)) +
					0.05*rng.NormFloat64()
				if radius > 0 {
					v += 0.25 * math.Exp(-far*far/(2*radius*radius))
					if far < radius {
						masks[i*pixels+k] = 1
					}
				}
				maps[i*pixels+k] = float32(v)
				largest = max(largest, v)
			}
			scores[i] = float32(largest)
		}
		data[fmt.Sprintf("%d.maps", c)] = tensorfile.F32(maps, t.Images, t.Side, t.Side)
		data[fmt.Sprintf("%d.masks", c)] = tensorfile.U8(masks, t.Images, t.Side, t.Side)
		data[fmt.Sprintf("%d.scores", c)] = tensorfile.F32(scores, t.Images)
	}
}

// loadMetrics takes seven metrics of each class: those of the images, and the exact ones of the
// pixels. The answer is their means over the classes.
func loadMetrics(dir string, t Task) (*work, error) {
	f, err := tensorfile.Open(filepath.Join(dir, dataFile))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	pixels := t.Side * t.Side
	classes := make([]class, t.Classes)
	for c := range classes {
		maps, err := f.Float32s(fmt.Sprintf("%d.maps", c), t.Images, t.Side, t.Side)
		if err != nil {
			return nil, err
		}
		masks, err := f.Uint8s(fmt.Sprintf("%d.masks", c), t.Images, t.Side, t.Side)
		if err != nil {
			return nil, err
		}
		scores, err := f.Float32s(fmt.Sprintf("%d.scores", c), t.Images)
		if err != nil {
			return nil, err
		}
		x := &classes[c]
		for i := range t.Images {
			x.maps = append(x.maps, maps[i*pixels:(i+1)*pixels])
			x.masks = append(x.masks, masks[i*pixels:(i+1)*pixels])
			x.scores = append(x.scores, float64(scores[i]))
			x.labels = append(x.labels, int(slices.Max(x.masks[i])))
		}
	}
	return &work{run: func(bool) ([]float64, error) {
		sums := make([]float64, 7)
		for _, x := range classes {
			images, err := metric.Image(x.scores, x.labels)
			if err != nil {
				return nil, err
			}
			pixels, err := metric.Pixel(x.maps, x.masks, t.Side)
			if err != nil {
				return nil, err
			}
			for i, v := range []float64{images.AUROC, images.AP, images.F1Max, pixels.AUROC,
				pixels.AP, pixels.F1Max, pixels.AUPRO} {
				sums[i] += v / float64(len(classes))
			}
		}
		return sums, nil
	}}, nil
}
