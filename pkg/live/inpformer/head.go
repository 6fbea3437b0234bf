package inpformer

import (
	"context"
	"fmt"
	"os"

	"adlab/datasets"
	code "adlab/pkg"
	"adlab/pkg/detector"
	"adlab/pkg/experiment"
	"adlab/pkg/inpformer"
	"adlab/pkg/plot"
	"adlab/pkg/store"
	"adlab/pkg/view"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

// head is INP-Former with M prototypes on the playground's data.
type head struct {
	*sweep
	m        int
	path     string // of the sweep
	detector *inpformer.Detector
	fitted   bool // the detector has its weights
	exec     *model.Exec
	metrics  *measured

	distances plot.Scale // of the distance to the nearest prototype, over the data set
}

// traceBatch is how many images go through a head together.
const traceBatch = 16

// newHead makes a head, not trained.
func (s *Session) newHead(m int) (*head, error) {
	e := experiment.With(s.experiment, func(own *inpformer.Settings) { own.INPs = m })
	d, err := s.env.NewDetector(e, s.encoder, s.set.Train(), s.set)
	if err != nil {
		return nil, err
	}
	h := &head{m: m, detector: d.(*inpformer.Detector)}
	h.path = sweepPath(s.env.Cache, []string{"inpformer", code.RoomOf(s.encoder)}, "head",
		h.detector.Options.Fingerprint, s.setDigest)
	return h, nil
}

// rows is how many rows a head's tensor of an image has.
func (s *Session) height(m int) int { return s.groups + 1 + m }

// open reads what is kept of the head; false where something has to be computed first.
func (s *Session) open(h *head) (bool, error) {
	var err error
	h.sweep, err = openSweep(h.path, len(s.tests), s.height(h.m), s.tokens)
	if h.sweep == nil || err != nil {
		return false, err
	}
	if h.metrics, _, err = store.ReadJSON[*measured](metricsPath(h.path)); err != nil {
		return false, err
	}
	var all [][]float32
	for i := range s.tests {
		trace, err := h.at(i)
		if err != nil {
			return false, err
		}
		all = append(all, trace[s.groups*s.tokens:(s.groups+1)*s.tokens])
	}
	h.distances = view.ScaleFrom(s.tests, all)
	return true, nil
}

// trained tells whether a run has trained the head already.
func (h *head) trained() bool {
	_, err := os.Stat(h.detector.Options.Checkpoint)
	return err == nil
}

// fit trains the head, or finds it trained; once.
func (h *head) fit(ctx context.Context, samples []datasets.Sample) error {
	if h.fitted {
		return nil
	}
	err := h.detector.Fit(ctx, samples)
	h.fitted = err == nil
	return err
}

// compute trains the head where it is not, and takes every test image through it.
func (s *Session) compute(ctx context.Context, h *head) error {
	fresh := false
	err := store.Once(ctx, h.path, func() error {
		fresh = !h.trained()
		if err := h.fit(ctx, s.set.Train()); err != nil {
			return err
		}
		var images [][]float32
		var scores []float32
		var errors [][]float32
		bar := s.env.Progress.Bar(fmt.Sprintf("looking at the test images, M = %d", h.m))
		for _, c := range s.set.Categories {
			features, err := h.detector.Features.Extract(ctx, c.Test)
			if err != nil {
				return err
			}
			defer features.Close()
			for at := 0; at < len(c.Test); at += traceBatch {
				if err := context.Cause(ctx); err != nil {
					return err
				}
				places := make([]int, traceBatch)
				for i := range places {
					places[i] = min(at+i, len(c.Test)-1)
				}
				traces, maps, err := h.trace(features.Batch(places))
				if err != nil {
					return err
				}
				for i := range min(traceBatch, len(c.Test)-at) {
					images, scores = append(images, traces[i]),
						append(scores, float32(detector.TopMean(maps[i])))
					errors = append(errors, mean(traces[i], s.groups, s.tokens))
				}
				bar(len(images), len(s.tests), "images")
			}
		}
		return writeSweep(h.path, scores, view.ScaleFrom(s.tests, errors), images, fresh,
			s.height(h.m), s.tokens)
	})
	if err != nil {
		return err
	}
	_, err = s.open(h)
	return err
}

// topShare is the quantile of an image's attention that its colour scale reaches to.
const topShare = 0.995

// trace takes a batch of traceBatch images through the head.
func (h *head) trace(batch *tensors.Tensor) (traces, maps [][]float32, err error) {
	if h.exec == nil {
		if h.exec, err = traced(h.detector); err != nil {
			return nil, nil, err
		}
	}
	out, err := h.exec.Call(batch)
	if err != nil {
		return nil, nil, err
	}
	for k, all := range out {
		flat := tensors.MustCopyFlatData[float32](all)
		size := len(flat) / traceBatch
		for i := range traceBatch {
			part := flat[i*size : (i+1)*size]
			if k == 0 {
				traces = append(traces, part)
			} else {
				maps = append(maps, part)
			}
		}
		all.FinalizeAll()
	}
	return traces, maps, nil
}

// measure gives the metrics of the head as adlab eval does, and keeps them.
func (s *Session) measure(ctx context.Context, h *head) (*measured, error) {
	return store.JSON(ctx, metricsPath(h.path), func() (m *measured, err error) {
		if err := h.fit(ctx, s.set.Train()); err != nil {
			return nil, err
		}
		m = &measured{}
		m.Rows, m.Mean, err = experiment.Measure(ctx, h.detector, s.set, s.encoder.Transform(),
			s.experiment.Convention, nil)
		return m, err
	})
}

// mean is the mean of the first rows of n values.
func mean(rows []float32, count, n int) []float32 {
	out := make([]float32, n)
	for g := range count {
		for i := range out {
			out[i] += rows[g*n+i] / float32(count)
		}
	}
	return out
}
