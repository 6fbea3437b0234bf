package live

import (
	"context"
	"fmt"
	"image"

	"adlab/pkg/detector"
	"adlab/pkg/plot"
)

// What can stand beside INP-Former.
const (
	distanceName = "distance to the nearest INP"
)

// others are the detectors beside INP-Former.
type others struct{ s *inpSession }

func newOthers(s *inpSession) *others { return &others{s} }

func (o *others) names() []string { return []string{distanceName} }

func (o *others) collect() {}

func (o *others) draw(_ context.Context, state State, x *shown, h *head, trace, whole []float32) (image.Image, string, error) {
	s := o.s
	tokens := trace[s.groups*s.tokens : (s.groups+1)*s.tokens]
	m, err := s.mapOf(tokens)
	if err != nil {
		return nil, "", err
	}
	r, err := s.rows.get(fmt.Sprint("others", x.sample.Path, h.m, state.Blend, state.Compare), func() (*row, error) {
		scale := plot.Scale{Low: 0, High: 1}
		tiles := []plot.Tile{{Picture: overlay(x.picture, m, detector.MapSide, scale, state.Blend), Caption: fmt.Sprintf("distance %.3f", detector.TopMean(m))}}
		return &row{plot.Panel("the same image", [][]plot.Tile{tiles}, otherTile, &scale)}, nil
	})
	if err != nil {
		return nil, "", err
	}
	return r.picture, "", nil
}
