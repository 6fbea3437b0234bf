package view

import (
	"context"
	"fmt"
	"image"
	"strings"

	"adlab/pkg/experiment"
	"adlab/pkg/multiads"
)

// MultiADSWalk is MultiADS on its way from a source to a target that it has not seen, with a
// picture or a text for each step.
type MultiADSWalk struct{ Stages *TypeWalk }

// Setup says what the adapters learn from, what they look at, and what the knowledge base says of
// its first defect type.
func (w *MultiADSWalk) Setup() Telling {
	return func(context.Context) (string, error) {
		source, _, _ := strings.Cut(
			experiment.OwnOf[multiads.Settings](w.Stages.Experiment).Sources[0], "=")
		t := w.Stages.Detector.Base.Types[1]
		return fmt.Sprintf("learns from %s and looks at %d categories it has not seen\n%s:\n   %s",
			source, len(w.Stages.Target.Categories), t.Name,
			strings.Join(t.Prompts, "\n   ")), nil
	}
}

// Prompts draws a product's prompts as the text tower places them.
func (w *MultiADSWalk) Prompts(product string) Step {
	return func(ctx context.Context) (image.Image, error) { return w.Stages.Prompts(ctx, product) }
}

// Levels draws what each level says of a type on the index-th image of a category that shows it.
func (w *MultiADSWalk) Levels(category string, index int, name string) Step {
	return func(ctx context.Context) (image.Image, error) {
		s, err := w.Stages.Sample(category, index, name)
		if err != nil {
			return nil, err
		}
		return w.Stages.Levels(ctx, s, name)
	}
}

// Losses tells the losses of the index-th image of a category that the adapters learn from, with
// exactly the given types, before training and after.
func (w *MultiADSWalk) Losses(category string, index int, types ...string) Telling {
	return func(ctx context.Context) (string, error) {
		s, err := w.Stages.SourceSample(category, index, types...)
		if err != nil {
			return "", err
		}
		return w.Stages.Losses(ctx, s)
	}
}

// Training trains new adapters for some steps, now, and draws the losses.
func (w *MultiADSWalk) Training(steps int) Step {
	return func(ctx context.Context) (image.Image, error) { return w.Stages.Training(ctx, steps) }
}

// Scores are the tables of the target: by category, and of multi-type segmentation by type.
func (w *MultiADSWalk) Scores() Telling {
	return func(ctx context.Context) (string, error) {
		e, env := w.Stages.Experiment, w.Stages.env
		binary, err := env.Evaluate(ctx, e, nil)
		if err != nil {
			return "", err
		}
		typed, err := env.Evaluate(ctx, experiment.With(e, func(s *multiads.Settings) {
			s.Types = true
		}), nil)
		if err != nil {
			return "", err
		}
		return binary.Text() + typed.Types.Text(), nil
	}
}

// FewShot tells the mean metrics with k normal references for each k, 0 for zero-shot.
func (w *MultiADSWalk) FewShot(ks ...int) Telling {
	return func(ctx context.Context) (string, error) { return w.Stages.FewShot(ctx, ks...) }
}

// Types draws the maps of the strongest types of the index-th image of a category with several.
func (w *MultiADSWalk) Types(category string, index int) Step {
	return func(ctx context.Context) (image.Image, error) {
		picture, _, err := w.types(ctx, category, index)
		return picture, err
	}
}

// Answer is what the same image shows, in words.
func (w *MultiADSWalk) Answer(category string, index int) Telling {
	return func(ctx context.Context) (string, error) {
		_, words, err := w.types(ctx, category, index)
		return "answer: " + words, err
	}
}

func (w *MultiADSWalk) types(ctx context.Context, category string, index int) (image.Image, string,
	error) {
	s, err := w.Stages.Sample(category, index)
	if err != nil {
		return nil, "", err
	}
	return w.Stages.Types(ctx, s)
}
