package multiads

import (
	"crypto/sha256"
	"fmt"
	"image"
	"image/draw"
	"image/png"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"adlab/datasets"
	"adlab/pkg/store"
)

// Mosaic is how training pictures are mixed: a sample is replaced, with probability 0.2, by two
// rows of two pictures of its product. Source: SPEC 8.
type Mosaic string

// MosaicOneType labels every anomalous pixel of a mosaic with the type of the sample that it
// replaces, an acknowledged mistake of the first release. It is there to measure what the mistake
// does.
const (
	MosaicOff     Mosaic = "off"
	MosaicOn      Mosaic = "on"
	MosaicOneType Mosaic = "one-type"
)

// mosaicShare is the probability of a mosaic.
const mosaicShare = 0.2

// Validate says in one line that the mosaic is unknown.
func (m Mosaic) Validate() error {
	if m != MosaicOff && m != MosaicOn && m != MosaicOneType {
		return fmt.Errorf("mosaic: expected %s, %s or %s, got %q", MosaicOff, MosaicOn,
			MosaicOneType, m)
	}
	return nil
}

// Mix replaces samples by mosaics, once for a run, drawn with seed. The pictures and their masks
// are written to a folder of dir that is addressed by what they are made of.
func (m Mosaic) Mix(samples []datasets.Sample, seed uint64, dir string) ([]datasets.Sample, error) {
	if m == MosaicOff || m == "" {
		return samples, nil
	}
	h := sha256.New()
	fmt.Fprintln(h, "mosaic 1", m, seed)
	if err := datasets.WriteDigests(h, samples); err != nil {
		return nil, err
	}
	dir = filepath.Join(dir, fmt.Sprintf("%x", h.Sum(nil))[:40])
	byProduct := map[string][]datasets.Sample{}
	for _, s := range samples {
		byProduct[s.Category] = append(byProduct[s.Category], s)
	}
	rng := rand.New(rand.NewPCG(seed, 0x6d6f73616963))
	out := slices.Clone(samples)
	for i, s := range samples {
		if rng.Float64() >= mosaicShare {
			continue
		}
		var tiles [4]datasets.Sample
		for k := range tiles {
			of := byProduct[s.Category]
			tiles[k] = of[rng.IntN(len(of))]
		}
		mixed, err := m.one(s, tiles, filepath.Join(dir, fmt.Sprintf("%05d", i)))
		if err != nil {
			return nil, err
		}
		out[i] = mixed
	}
	return out, nil
}

// one writes a mosaic of four tiles, on a canvas twice as wide and high as the first, and gives it
// as a sample.
func (m Mosaic) one(replaced datasets.Sample, tiles [4]datasets.Sample,
	base string) (datasets.Sample, error) {
	out := datasets.Sample{ID: filepath.Base(base) + " of " + replaced.Category, Path: base +
		".png", Category: replaced.Category, Split: replaced.Split, DefectType: datasets.Good}
	var canvas *image.NRGBA
	var w, h int
	masks := map[string]*image.Gray{}
	for k, tile := range tiles {
		picture, err := tile.Decode()
		if err != nil {
			return out, err
		}
		if k == 0 {
			w, h = picture.W, picture.H
			canvas = image.NewNRGBA(image.Rect(0, 0, 2*w, 2*h))
		}
		at := image.Pt(k%2*w, k/2*h)
		box := image.Rectangle{at, at.Add(image.Pt(w, h))}
		draw.Draw(canvas, box, picture.Image(), image.Point{}, draw.Src)
		for raw, path := range typedMasks(tile) {
			mask, err := tile.ReadMask(path)
			if err != nil {
				return out, err
			}
			if m == MosaicOneType {
				raw = oneType(replaced)
			}
			if masks[raw] == nil {
				masks[raw] = image.NewGray(canvas.Bounds())
			}
			for y := range min(h, mask.H) {
				for x := range min(w, mask.W) {
					if i := masks[raw].PixOffset(at.X+x, at.Y+y); mask.Pix[y*mask.W+x] > 127 {
						masks[raw].Pix[i] = 255
					}
				}
			}
		}
	}
	if err := writePNG(out.Path, canvas); err != nil {
		return out, err
	}
	if len(masks) > 0 {
		out.Label, out.DefectType, out.TypedMasks = 1, replaced.DefectType, map[string]string{}
	}
	for raw, mask := range masks {
		path := base + "." + strings.ReplaceAll(raw, string(filepath.Separator), "_") + ".mask.png"
		if err := writePNG(path, mask); err != nil {
			return out, err
		}
		out.TypedMasks[raw] = path
	}
	return out, nil
}

// oneType is the type that stands for a sample: of several the first by name, where the first
// release knows one a picture.
func oneType(s datasets.Sample) string {
	if types := s.DefectTypes(); len(types) > 0 {
		return types[0]
	}
	return datasets.Good
}

// typedMasks are the mask files of a sample by its raw types.
func typedMasks(s datasets.Sample) map[string]string {
	switch {
	case s.Label == 0 || s.Mask == "" && len(s.TypedMasks) == 0:
		return nil
	case len(s.TypedMasks) > 0:
		return s.TypedMasks
	}
	return map[string]string{s.DefectType: s.Mask}
}

func writePNG(path string, picture image.Image) error {
	if _, err := os.Stat(path); err == nil { // its folder is addressed by what it is made of
		return nil
	}
	return store.WriteAtomic(path, func(w io.Writer) error { return png.Encode(w, picture) })
}
