package pretrain

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"adlab/datasets/synth"
	"adlab/pkg/clip"
	"adlab/pkg/layer"
	"adlab/pkg/tensorfile"
	"adlab/pkg/train"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/ml/model"
)

// Pair is one training of the small vision-language pair.
type Pair struct {
	Backend  compute.Backend
	Home     string // where the sentence teacher lies
	Cache    string // where drawn pictures and checkpoints lie
	Steps    int    // of both phases together
	Pictures int    // drawn for it
	Rate     float64
	Seed     uint64
	Say      func(format string, args ...any)
	Bar      func(name string) func(done, total int, unit string)
}

// DefaultPair is the training of the shipped weights; Backend, Home, Cache, Say and Bar are the caller's.
func DefaultPair() Pair { return Pair{Steps: 2000, Pictures: 12000, Rate: 1.5e-3, Seed: 1} }

// distilShare is the part of the steps that the vision tower is distilled in before both towers learn together.
const distilShare = 0.08

// Validate says in one line which setting cannot be.
func (p Pair) Validate() error {
	if p.Steps < 2 || p.Pictures < pairGroups*lessonGroup || !(p.Rate > 0) {
		return fmt.Errorf("pretrain clip: expected at least 2 steps, %d pictures and a positive rate, got %d, %d and %g", pairGroups*lessonGroup, p.Steps, p.Pictures, p.Rate)
	}
	return nil
}

// pairPhase is one of the two phases.
type pairPhase struct {
	name    string
	steps   int
	weights PairWeights
}

func (p Pair) phases() [2]pairPhase {
	first := max(1, int(distilShare*float64(p.Steps)))
	return [2]pairPhase{{"distil", first, distilWeights}, {"align", p.Steps - first, alignWeights}}
}

// Run trains the pair, or goes on from its checkpoint, and writes its weights to out with the card beside them. With asItStands it trains no more, and
// writes what the last checkpoint holds.
func (p Pair) Run(ctx context.Context, out string, asItStands bool, version string) (*PairCard, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	cfg, dir := pairConfig(), filepath.Join(p.Cache, "pretrain")
	bar := p.Bar("training pictures")
	pictures, err := drawLessons(ctx, dir, p.Seed, p.Pictures, func(done, total int) { bar(done, total, "drawn") })
	if err != nil {
		return nil, err
	}
	bar = p.Bar("sentences")
	pool, err := makeSentencePool(ctx, p.Backend, func() (*sentenceTeacher, error) { return p.sentenceTeacher(ctx) }, dir, p.Seed, cfg.Text.Width, func(done, total int) { bar(done, total, "embedded") })
	if err != nil {
		return nil, err
	}
	teacher, err := pairTeacher()
	if err != nil {
		return nil, err
	}
	store, err := newPairStore(cfg, pool, teacher, p.Seed)
	if err != nil {
		return nil, err
	}
	data := newPairBatches(p.Seed, pictures, pool)
	var curves []*pairCurve
	done := 0
	for _, phase := range p.phases() {
		loss := pairLoss{cfg, teacher, phase.weights, twins()}
		fingerprint := p.fingerprint(phase, teacher.Digest())
		checkpoint := filepath.Join(dir, fmt.Sprintf("pair-%s-%s.safetensors", phase.name, fingerprint[:12]))
		c := &pairCurve{path: strings.TrimSuffix(checkpoint, ".safetensors") + ".curve.csv"}
		curves = append(curves, c)
		if asItStands {
			n, err := loadPair(checkpoint, store)
			if err != nil {
				return nil, err
			}
			done += n
			continue
		}
		p.Say("%s: %d steps, checkpoint %s", phase.name, phase.steps, checkpoint)
		if err := p.train(ctx, store, data, loss, phase, checkpoint, fingerprint, c); err != nil {
			return nil, err
		}
		done += phase.steps
		if store, err = withoutOptimizer(store, cfg); err != nil {
			return nil, err
		}
	}
	return p.write(store, cfg, out, done, curves, version)
}

func (p Pair) sentenceTeacher(ctx context.Context) (*sentenceTeacher, error) {
	dir := filepath.Join(p.Home, "pretrain", "paraphrase-minilm")
	weights, err := sentenceWeights.fetch(ctx, dir, p.Say)
	if err != nil {
		return nil, err
	}
	vocabulary, err := sentenceVocabulary.fetch(ctx, dir, p.Say)
	if err != nil {
		return nil, err
	}
	return openSentenceTeacher(p.Backend, weights, vocabulary)
}

func (p Pair) train(ctx context.Context, store *model.Store, data *pairBatches, loss pairLoss, phase pairPhase, checkpoint, fingerprint string, c *pairCurve) error {
	if err := c.open(); err != nil {
		return err
	}
	defer c.close()
	bar := p.Bar(phase.name)
	return train.Run(ctx, store, data, loss.loss, train.Options{
		Backend: p.Backend, Steps: phase.steps, Batch: pairGroups, Samples: phase.steps * pairGroups, Seed: p.Seed, ClipNorm: 1,
		Schedule:   train.WarmCosine{Base: p.Rate, Final: p.Rate / 100, Warmup: min(100, phase.steps/4), Total: phase.steps},
		Optimizer:  train.StableAdamW{Beta1: 0.9, Beta2: 0.98, Epsilon: 1e-8, WeightDecay: 0.02, Threshold: 1},
		Checkpoint: checkpoint, Every: 2 * time.Minute, Fingerprint: fingerprint,
		Report: func(s train.Step) {
			c.add(s)
			bar(s.Number, s.Of, fmt.Sprintf("steps, loss %.3f, terms %.3f", s.Loss, s.Parts))
		},
	})
}

// fingerprint names everything that the bits of a phase depend on.
func (p Pair) fingerprint(phase pairPhase, teacher string) string {
	h := sha256.New()
	fmt.Fprintln(h, pairConfig(), phase, p.Steps, p.Pictures, p.Rate, p.Seed, pairTemperature, shown, teacher, sentenceWeights.sha256, synth.TrainingGeneration, poolGeneration)
	h.Write(captionData)
	return fmt.Sprintf("%x", h.Sum(nil))
}

// loadPair puts what a checkpoint holds into the store, and gives the steps that it has done.
func loadPair(checkpoint string, store *model.Store) (int, error) {
	f, err := tensorfile.Open(checkpoint)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	arrays, err := layer.ReadAll(f)
	if err != nil {
		return 0, err
	}
	maps.DeleteFunc(arrays, func(name string, _ layer.Array) bool { return strings.HasPrefix(name, "optimizer.") })
	n, err := strconv.Atoi(f.Metadata()["steps"])
	return n, errors.Join(err, layer.Put(store, "", arrays, true))
}

// withoutOptimizer is a store with the parameters alone, as a new process would read them from the finished phase's checkpoint.
func withoutOptimizer(store *model.Store, cfg clip.Config) (*model.Store, error) {
	arrays, err := layer.Get(store, "")
	if err != nil {
		return nil, err
	}
	trained, frozen := map[string]layer.Array{}, map[string]layer.Array{}
	for name, a := range arrays {
		switch {
		case strings.HasPrefix(name, "optimizer."):
		case strings.HasPrefix(name, "teacher."), name == "token_embedding.weight":
			frozen[name] = a
		default:
			trained[name] = a
		}
	}
	out := model.NewStore()
	return out, errors.Join(layer.Put(out, "", trained, true), layer.Put(out, "", frozen, false))
}

// twins says what each state counts as: itself, but for the types that are drawn alike, which count as each other.
func twins() [][]float32 {
	kinds := append([]string{""}, captionTypes()...)
	out := make([][]float32, len(kinds))
	for i, a := range kinds {
		out[i] = make([]float32, len(kinds))
		for k, b := range kinds {
			if a == b || a == "thread" && b == "foreign" || a == "foreign" && b == "thread" {
				out[i][k] = 1
			}
		}
		if a == "thread" || a == "foreign" {
			for k := range out[i] {
				out[i][k] /= 2
			}
		}
	}
	return out
}
