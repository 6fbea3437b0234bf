package multiads

import (
	"fmt"
	"slices"
)

// ScoreRule is how image scores come from maps and the text score, over a product's whole test set.
// Source: SPEC 9c.
type ScoreRule string

// The rules of the published code, and that of CLIP without maps.
const (
	ScoreMax  ScoreRule = "score_max"  // the largest pixel: the first release
	ScoreTop3 ScoreRule = "score_top3" // the mean of the three largest: the later revision
	// half the text score, half the largest pixel: MultiADS-F, and the paper
	ScoreBlend ScoreRule = "score_blend"
	ScoreText  ScoreRule = "score_text" // the text score alone: the methods before MultiADS
)

// Validate says in one line that the rule is unknown.
func (r ScoreRule) Validate() error {
	if r != ScoreMax && r != ScoreTop3 && r != ScoreBlend && r != ScoreText {
		return fmt.Errorf("score rule: expected %s, %s, %s or %s, got %q", ScoreMax, ScoreTop3,
			ScoreBlend, ScoreText, r)
	}
	return nil
}

// ImageScores gives one score an image from its largest pixels (three of them, descending) and its
// text score. Pixel parts are stretched to 0..1 over the test set, which makes the blend depend on
// it; equal ones become 0. SPEC 9c.
func ImageScores(rule ScoreRule, largest [][3]float64, text []float64) ([]float64, error) {
	return imageScores(rule, largest, text, func(pixel []float64) {
		if len(pixel) == 0 {
			return
		}
		low, high := slices.Min(pixel), slices.Max(pixel)
		for i := range pixel {
			if high > low {
				pixel[i] = (pixel[i] - low) / (high - low)
			} else {
				pixel[i] = 0
			}
		}
	})
}

// AloneScores is ImageScores without the stretching: pixel parts are divided by the number of taps
// and end at 1.
func AloneScores(taps int) func(rule ScoreRule, largest [][3]float64, text []float64) ([]float64,
	error) {
	return func(rule ScoreRule, largest [][3]float64, text []float64) ([]float64, error) {
		return imageScores(rule, largest, text, func(pixel []float64) {
			for i := range pixel {
				pixel[i] = min(pixel[i]/float64(taps), 1)
			}
		})
	}
}

// imageScores joins the pixel part, brought to 0..1 by scale, and the text part.
func imageScores(rule ScoreRule, largest [][3]float64, text []float64,
	scale func(pixel []float64)) ([]float64, error) {
	if len(largest) != len(text) {
		return nil, fmt.Errorf("image scores: expected as many text scores as maps, got %d and %d",
			len(text), len(largest))
	}
	if rule == ScoreText {
		return slices.Clone(text), nil
	}
	out := make([]float64, len(largest))
	for i, l := range largest {
		if out[i] = l[0]; rule == ScoreTop3 {
			out[i] = (l[0] + l[1] + l[2]) / 3
		}
	}
	scale(out)
	if rule == ScoreBlend {
		for i := range out {
			out[i] = (out[i] + text[i]) / 2
		}
	}
	return out, nil
}

// Largest are the three largest values of a map, descending.
func Largest(scoreMap []float32) (top [3]float64) {
	for i := range top {
		top[i] = float64(slices.Min(scoreMap))
	}
	for _, v := range scoreMap {
		x := float64(v)
		for i := range top {
			if x > top[i] {
				x, top[i] = top[i], x
			}
		}
	}
	return top
}
