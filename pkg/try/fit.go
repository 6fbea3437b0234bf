package try

import (
	"context"
	"fmt"

	"adlab/pkg/baseline"
	"adlab/pkg/encoder"
	"adlab/pkg/experiment"
	"adlab/pkg/inpformer"
)

// Fit learns from a folder of good pictures, as `adlab fit` does with kNN, writes the model to out
// and opens it under a name. rate is the share of new good pictures that may be called NG.
func (l *Lab) Fit(ctx context.Context, name, folder string, rate float64, out string) (*Head,
	error) {
	e := experiment.Default("folder").By("knn")
	if _, err := l.env.FitOwn(ctx, e, experiment.Own{Good: folder, Rate: rate}, out); err != nil {
		return nil, err
	}
	return l.Model(name, out)
}

// features is where a model's detector gets its features from.
func features(m *experiment.Model) (*encoder.Cache, error) {
	switch d := m.Detector.(type) {
	case *inpformer.Detector:
		return d.Features, nil
	case *baseline.KNN:
		return d.Features, nil
	}
	return nil, fmt.Errorf("expected a model of inp-former, knn or multiads, got one of %s",
		m.Detector.Name())
}
