package prompted

import (
	"context"
	"slices"

	"adlab/datasets"
	"adlab/datasets/kba"
	"adlab/pkg/baseline"
	"adlab/pkg/detector"
	"adlab/pkg/encoder"
	"adlab/pkg/multiads"

	. "github.com/gomlx/gomlx/core/graph"
)

// WinCLIP is Jeong et al., "WinCLIP: Zero-/Few-Shot Anomaly Classification and Segmentation"
// (CVPR 2023): the image and its windows of 2 × 2 and 3 × 3 patches are compared with ensembles of
// texts of the normal and the anomalous state, and a patch's score is the harmonic mean over what
// it lies in. With references it is WinCLIP+: the distance of patches and windows to the nearest of
// normal ones is averaged with the map, and its largest with the image's score. It learns nothing.
//
// Adapted are: a window's embedding, which is the mean of its patches in the common space, where
// the paper runs the tower on these patches alone; the patches of the references, which are of the
// common space too; and the words of the ensemble.
type WinCLIP struct {
	Base      *kba.Base // its one type is the anomalous state
	Sentences *kba.Sentences
	Shots     int // references of each category that Fit keeps; 0 is zero-shot
	asker
	text   *multiads.TextEncoder
	memory memory
}

// windows are the sides that texts are compared with, in patches; scales those that references are.
var (
	windows = []int{2, 3}
	scales  = []int{1, 2, 3}
)

// winTemperature of the softmax over both states.
const winTemperature = 0.07

// NewWinCLIP asks a job's pair with the ensemble of those sentences.
func NewWinCLIP(j detector.Job, sentences *kba.Sentences) (*WinCLIP, error) {
	pair := j.Encoder.(encoder.Pair)
	text, err := multiads.NewTextEncoder(j.Backend, pair, j.Cache)
	if err != nil {
		return nil, err
	}
	exec, err := NewExec(j.Backend, func(x []*Node) []*Node {
		score, patches := winScores(x[0], x[1], x[2:])
		return []*Node{score, enlarge(patches)}
	})
	w := &WinCLIP{Shots: j.Shots, text: text}
	w.Base, w.Sentences = Ensemble(sentences)
	w.asker = asker{j.Features(pair.Space()), exec, w.knows}
	return w, err
}

// Name is "winclip".
func (w *WinCLIP) Name() string { return "winclip" }

// Fit keeps references of each category, where there are shots.
func (w *WinCLIP) Fit(ctx context.Context, train []datasets.Sample) (err error) {
	if w.memory = nil; w.Shots > 0 {
		w.memory, err = remember(ctx, w.Name(), w.space, train, w.Shots,
			func(_, patches *Node) (kept []*Node) {
				for _, k := range scales {
					kept = append(kept, Windows(patches, k))
				}
				return kept
			})
	}
	return err
}

// knows is the text matrix of a category, and its references where there are any.
func (w *WinCLIP) knows(ctx context.Context, category string) ([]any, error) {
	matrix, err := w.text.Matrix(ctx, w.Base.Columns(w.Sentences, category))
	if err != nil || w.Shots == 0 {
		return []any{matrix}, err
	}
	banks, err := w.memory.of(w.Name(), category)
	return slices.Concat([]any{matrix}, banks), err
}

// winScores gives image scores [B] and patch scores [B, N] of features [B, 1, 1+N, D], a text
// matrix [D, 2] and banks of references, one a scale, or none. Source: WinCLIP, sections 4.2 and
// 4.3.
func winScores(features, text *Node, banks []*Node) (score, patches *Node) {
	image, x := cut(features)
	grid := gridOf(x)
	score = winProbability(image, text)                             // [B]
	maps := []*Node{Add(ExpandAxes(score, 1), ZerosLike(first(x)))} // [B, N]
	for _, k := range windows {
		maps = append(maps, Spread(winProbability(Windows(x, k), text), k, grid))
	}
	patches = Harmonic(maps...)
	if len(banks) == 0 {
		return score, patches
	}
	var near []*Node
	for i, k := range scales { // ½(1 - cos) to the nearest
		distance := MulScalar(multiads.Distance(Windows(x, k), banks[i]), 0.5)
		near = append(near, Spread(distance, k, grid))
	}
	association := encoder.Mean(near) // [B, N]
	score = encoder.Mean([]*Node{score, ReduceMax(association, -1)})
	return score, encoder.Mean([]*Node{patches, association})
}

// winProbability is that of the anomalous state for unit vectors [..., D] and a text matrix [D, 2]:
// [...].
func winProbability(x, text *Node) *Node {
	cosines := Dot(x, text).General([]int{x.Rank() - 1}, nil, []int{0}, nil) // [..., 2]
	return last(Softmax(DivScalar(cosines, winTemperature), -1))
}

func newWinCLIPMethod(j detector.Job) (detector.Detector, error) {
	phrases, err := multiads.Phrases(j.Settings.(baseline.CLIPSettings).Sentences, j.Texts)
	if err != nil {
		return nil, err
	}
	return NewWinCLIP(j, phrases)
}
