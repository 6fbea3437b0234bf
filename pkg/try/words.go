package try

import (
	"cmp"
	"context"
	"strings"

	"adlab/datasets"
	"adlab/datasets/kba"
	"adlab/pkg/detector"
	"adlab/pkg/experiment"
	"adlab/pkg/multiads"
	"adlab/pkg/plot"

	"github.com/gomlx/gomlx/core/tensors"
)

// Words are what MultiADS is asked in.
type Words struct {
	Product string `json:"product"` // as prompts call it; "" for an object
	// Base is a knowledge base as kba.Parse reads it, in YAML or JSON; "" for the model's own.
	Base string `json:"base"`
}

// shownTypes is the number of defect types whose maps are drawn, the strongest first.
const shownTypes = 5

// ask takes the picture through MultiADS, as Predict does, step by step: what its vision tower
// makes of a picture is kept, so that other words cost the text tower and the maps alone.
func (l *Lab) ask(ctx context.Context, s *Seen, m *experiment.Model, d *multiads.Transfer,
	of datasets.Sample, words Words, lap func(string)) error {
	base := d.Base
	if words.Base != "" {
		var err error
		if base, err = kba.Parse("words", words.Base); err != nil {
			return err
		}
	}
	look, err := l.looked(ctx, d, of)
	if err != nil {
		return err
	}
	lap("encode")
	l.tell("words", 0, 1, "")
	product := cmp.Or(words.Product, "object")
	text, err := d.Text(ctx, product, base)
	if err != nil {
		return err
	}
	asked := []string{product}
	for _, t := range base.Types {
		asked = append(asked, t.Prompts...)
	}
	s.Unknown = d.Model.Unknown(strings.Join(asked, " ")) // which has each word once
	lap("words")
	l.tell("head", 0, 1, "")
	a, err := d.Ask(look, text, nil, true)
	if err != nil {
		return err
	}
	scores, err := d.Scores([]*multiads.Answer{a}, true)
	if err != nil {
		return err
	}
	s.Score, s.Map, s.Found = scores[0], a.Anomaly, multiads.Strength(a.Types, a.Taps)
	s.Says = multiads.Says(multiads.Shown(s.Found))
	lap("head")
	decoded, err := of.Decode()
	if err != nil {
		return err
	}
	picture := m.Encoder.Transform().Picture(decoded)
	s.draw(KindPicture, picture.Image())
	flat := tensors.MustCopyFlatData[float32](look.Levels) // [taps, 1+N, Dv], the class token first
	width, side := d.Model.Width(), d.Model.Grid()*d.Model.Grid()
	last := flat[((d.Taps()-1)*(1+side)+1)*width:][:side*width]
	if err := s.tokens(last, width); err != nil {
		return err
	}
	for _, t := range s.Found[:min(shownTypes, len(s.Found))] {
		s.draw(KindType, plot.Overlay(picture, a.Types[t.Type], detector.MapSide, m.Scale))
	}
	return nil
}

// looked is what the vision tower sees in a picture.
func (l *Lab) looked(ctx context.Context, d *multiads.Transfer, of datasets.Sample) (*multiads.Look,
	error) {
	if l.looks[of.Path] != nil {
		return l.looks[of.Path], nil
	}
	l.tell("encode", 0, 1, "")
	looks, err := d.Looks(ctx, []datasets.Sample{of})
	if err != nil {
		return nil, err
	}
	defer looks.Close()
	if len(l.looks) == kept {
		clear(l.looks)
	}
	l.looks[of.Path], err = looks.At(0)
	return l.looks[of.Path], err
}
