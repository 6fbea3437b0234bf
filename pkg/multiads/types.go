package multiads

import (
	"adlab/datasets"
	"adlab/datasets/kba"
	"adlab/pkg/detector"
	"adlab/pkg/imageio"
)

// Columns are the names of a product's columns, the normal state first.
func Columns(base *kba.Base) []string { return append([]string{datasets.Good}, base.Names()...) }

// Truth is the product's column of every pixel of a sample at the side of the maps; types that are
// not on the product's list, and the normal state, are 0. Source: SPEC 12.
func Truth(s datasets.Sample, product *kba.Base, typeOf TypeOf, t imageio.Transform) ([]uint8,
	error) {
	columns := Columns(product)
	all, err := typedMask(s, t, func(raw string) (uint8, error) {
		name, _ := typeOf(raw)
		for c, n := range columns {
			if n == name {
				return uint8(c), nil
			}
		}
		return 0, nil
	})
	if err != nil {
		return nil, err
	}
	out := make([]uint8, detector.MapSide*detector.MapSide)
	for i := range out {
		y, x := i/detector.MapSide*t.Crop/detector.MapSide,
			i%detector.MapSide*t.Crop/detector.MapSide
		out[i] = all[y*t.Crop+x]
	}
	return out, nil
}
