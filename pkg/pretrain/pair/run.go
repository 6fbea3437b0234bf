// Package pair trains the small vision-language pair: a text tower that learns from sentences and
// from a teacher that knows synonyms, and a vision tower that learns from drawn pictures what those
// sentences say of them.
package pair

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"adlab/datasets/synth/lessons"
	"adlab/pkg/backend"
	"adlab/pkg/layer"
	"adlab/pkg/pretrain"
	"adlab/pkg/pretrain/align"
	"adlab/pkg/pretrain/sentence"
	"adlab/pkg/tensorfile"
	"adlab/pkg/train"

	"github.com/gomlx/compute"
)

// Training is one training of the small vision-language pair.
type Training struct {
	Backend  compute.Backend
	Home     string // where the sentence teacher lies
	Cache    string // where drawn pictures and checkpoints lie
	Start    string // the small vision transformer's file, from which the vision tower starts
	Steps    int    // of the vision tower
	Pictures int    // drawn for it
	Sketches int    // drawn smaller, at a third of the cost
	Rate     float64
	Seed     uint64
	Say      func(format string, args ...any)
	Bar      func(name string) func(done, total int, unit string)
}

// Default is the training of the shipped weights; Backend, Home, Cache, Say and Bar are the
// caller's.
func Default() Training {
	return Training{Steps: 20000, Pictures: 4000, Sketches: 28000, Rate: 1.6e-3, Seed: 1}
}

// Validate says in one line which setting cannot be.
func (p Training) Validate() error {
	if p.Steps < 3 || p.Pictures < specimens*align.Group || p.Sketches < 0 || !(p.Rate > 0) {
		return fmt.Errorf("pretrain clip: expected at least 3 steps, %d pictures, no sketches or "+
			"some, and a positive rate, got %d, %d, %d and %g", specimens*align.Group, p.Steps,
			p.Pictures, p.Sketches, p.Rate)
	}
	return nil
}

// phase is a part of the training.
type phase struct {
	name        string
	side        int // of the windows, in pixels
	steps       int
	base, final float64 // learning rates, as parts of Training.Rate
	weights     LossWeights
}

// phases are five: the text tower learns alone; then the vision tower, which starts distilled,
// learns what the texts say on windows of the pictures: its last block first, for what it starts
// from is soon forgotten at the rates that a new head needs, then, for most of the time, all of it,
// slowly, on the whole of them in the end; then the text tower learns what other words mean, as
// sharply as its teacher knows, while the texts that the vision tower has learned stay where they
// are. Training.Steps counts those of the vision tower; the text tower takes a fifth of their
// number before them and a fifth after.
func (p Training) phases() [5]phase {
	part := func(percent int) int { return max(1, p.Steps*percent/100) }
	words, top, last := part(20), part(10), part(8)
	return [5]phase{
		{"words", 0, words, 2, 0.02, wordsWeights},
		{"top", windowSide, top, 1.5, 0.15, alignWeights},
		{"all", windowSide, max(1, p.Steps-top-last), 0.4, 0.01, alignWeights},
		{"whole", wholeSide, last, 0.15, 0.003, alignWeights},
		{"last words", 0, words, 1, 0.01, lastWeights},
	}
}

// anchored tells the phase in which the texts of the states stay.
func (p phase) anchored() bool { return p.name == "last words" }

// trains tells what a phase trains.
func (p phase) trains(name string) bool {
	vision := strings.HasPrefix(name, "visual.")
	switch p.name {
	case "words", "last words":
		return !strings.HasPrefix(name, anchor+".") && !vision && name != "token_embedding.weight"
	case "all", "whole":
		return vision || strings.HasPrefix(name, "heads.")
	}
	last := fmt.Sprintf("visual.transformer.resblocks.%d.", configOf(wholeSide).Vision.Layers-1)
	return strings.HasPrefix(name, "heads.") || strings.HasPrefix(name, last) ||
		strings.HasPrefix(name, "visual.ln_post.") || name == "visual.proj"
}

// Run trains the pair, or goes on from its checkpoint, and writes its weights to out with the card
// beside them. With asItStands it trains no more, and writes what the last checkpoint holds.
func (p Training) Run(ctx context.Context, out string, asItStands bool, version string) (*Card,
	error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	cfg, dir := configOf(wholeSide), filepath.Join(p.Cache, "pretrain")
	bar := p.Bar("training pictures")
	pictures, err := align.Draw(ctx, dir, p.Seed, p.Pictures, p.Sketches, func(done, total int) {
		bar(done, total, "drawn")
	})
	if err != nil {
		return nil, err
	}
	bar = p.Bar("sentences")
	pool, err := sentence.MakePool(ctx, p.Backend, func() (*sentence.Teacher, error) {
		return sentence.FetchTeacher(ctx, p.Backend, p.Home, p.Say)
	}, dir, p.Seed, func(done, total int) { bar(done, total, "embedded") })
	if err != nil {
		return nil, err
	}
	start, digest, err := readStart(p.Start, cfg, pictures, p.Seed)
	if err != nil {
		return nil, err
	}
	arrays := startArrays(cfg, pool, p.Seed)
	maps.Copy(arrays, start)
	var curves []*pretrain.Curve
	done, fingerprint := 0, digest
	for _, phase := range p.phases() {
		fingerprint = p.fingerprint(phase, fingerprint) // each phase stands on those before it
		checkpoint := filepath.Join(dir, fmt.Sprintf("pair-%s-%s.safetensors",
			strings.ReplaceAll(phase.name, " ", "-"), fingerprint[:12]))
		c := &pretrain.Curve{Path: strings.TrimSuffix(checkpoint, ".safetensors") + ".curve.csv"}
		curves = append(curves, c)
		steps := phase.steps
		if asItStands {
			if steps, err = loadCheckpoint(checkpoint, arrays); errors.Is(err, fs.ErrNotExist) &&
				done > 0 {
				break
			}
		} else {
			p.Say("%s: %d steps, checkpoint %s", phase.name, phase.steps, checkpoint)
			loss := objective{configOf(phase.side), phase.weights, phase.anchored(), align.Twins()}
			arrays, err = p.train(ctx, arrays, newBatches(p.Seed, phase.side, pictures, pool),
				loss, phase, checkpoint, fingerprint, c)
		}
		if err != nil {
			return nil, err
		}
		if phase.side > 0 {
			done += steps
		}
	}
	return p.write(arrays, cfg, out, digest, done, curves, version)
}

// train gives the parameters after a phase that starts from arrays, as a new process would read
// them from its checkpoint.
func (p Training) train(ctx context.Context, arrays map[string]layer.Array, data *batches,
	loss objective, phase phase, checkpoint, fingerprint string,
	c *pretrain.Curve) (map[string]layer.Array, error) {
	arrays = maps.Clone(arrays)
	for name, a := range maps.Clone(arrays) {
		switch {
		case strings.HasPrefix(name, anchor+"."):
			delete(arrays, name)
		case phase.anchored() && isTower(name) && !strings.HasPrefix(name, "visual."):
			arrays[anchor+"."+name] = a
		}
	}
	store, err := newStore(arrays, phase.trains)
	if err != nil {
		return nil, err
	}
	all := train.Single{N: phase.steps * specimens, Of: data.Batch}
	if err := c.Train(ctx, p.Backend, store, all, loss.loss,
		train.WarmCosine{Base: p.Rate * phase.base, Final: p.Rate * phase.final},
		train.Options{Steps: phase.steps, Batch: specimens, Seed: p.Seed, Checkpoint: checkpoint,
			Every: 2 * time.Minute, Fingerprint: fingerprint}, p.Bar(phase.name)); err != nil {
		return nil, err
	}
	return layer.Get(store, "")
}

// fingerprint names everything that the bits of a phase depend on; before is that of the phase
// before it, or of what the vision tower starts as.
func (p Training) fingerprint(phase phase, before string) string {
	h := sha256.New()
	fmt.Fprintln(h, backend.Bits(p.Backend), configOf(phase.side), phase, p.Steps, p.Pictures,
		p.Sketches, p.Rate, p.Seed, temperature, align.Shown, before,
		sentence.TeacherWeights.SHA256, lessons.Generation, sentence.Generation)
	h.Write(sentence.GrammarText())
	return fmt.Sprintf("%x", h.Sum(nil))
}

// loadCheckpoint puts what a checkpoint holds into arrays, and gives the steps that it has done.
func loadCheckpoint(checkpoint string, arrays map[string]layer.Array) (int, error) {
	f, err := tensorfile.Open(checkpoint)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	read, err := layer.ReadAll(f)
	if err != nil {
		return 0, err
	}
	maps.Copy(arrays, read)
	return strconv.Atoi(f.Metadata()["steps"])
}
