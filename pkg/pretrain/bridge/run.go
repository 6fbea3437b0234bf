// Package bridge trains what lies between a frozen DINOv2 and a frozen sentence encoder: on drawn
// pictures of no benchmark, each told in words, with what both towers say of them kept.
package bridge

import (
	"context"
	"crypto/sha256"
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"adlab/datasets/synth/lessons"
	"adlab/pkg/backend"
	"adlab/pkg/bert"
	towers "adlab/pkg/bridge"
	"adlab/pkg/layer"
	"adlab/pkg/pretrain"
	"adlab/pkg/pretrain/align"
	"adlab/pkg/pretrain/sentence"
	"adlab/pkg/tensorfile"
	"adlab/pkg/train"
	"adlab/pkg/vit"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/ml/model"
)

// Training is one training of a bridge.
type Training struct {
	Backend  compute.Backend
	Cache    string // where pictures, features and checkpoints lie
	Vision   string // file of the vision tower
	Text     string // file of the text tower
	Steps    int
	Pictures int
	Rate     float64
	Seed     uint64
	Bar      func(name string) func(done, total int, unit string)
}

// Default is the training of the shipped bridge; files, Backend, Cache and Bar are the
// caller's.
func Default() Training { return Training{Steps: 3000, Pictures: 5000, Rate: 1e-3, Seed: 1} }

// Validate says in one line which setting cannot be.
func (p Training) Validate() error {
	if p.Steps < 1 || p.Pictures < 1 || !(p.Rate > 0) {
		return fmt.Errorf("pretrain pair: expected a step, a picture and a positive "+
			"rate, got %d, %d and %g", p.Steps, p.Pictures, p.Rate)
	}
	return nil
}

// hidden is the trunk's width.
const hidden = 512

// Taps are the blocks of the vision tower that are looked at.
var Taps = []int{2, 5, 8, 11}

// open opens the towers.
func (p Training) open() (*vit.Encoder, *bert.Model, error) {
	vision, err := vit.Open(p.Vision, vit.Options{Resize: align.Side, Crop: align.Side, Taps: Taps})
	if err != nil {
		return nil, nil, err
	}
	text, err := bert.Open(p.Text, 0)
	return vision, text, err
}

// Run trains the bridge, or goes on from its checkpoint, and writes it to out with the card beside
// it.
func (p Training) Run(ctx context.Context, out, version string) (*Card, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	vision, text, err := p.open()
	if err != nil {
		return nil, err
	}
	cfg := towers.Config{Vision: vision.Config, Text: text.Config, Hidden: hidden,
		Embed: text.Width}
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	dir := filepath.Join(p.Cache, "pretrain")
	bar := func(name, unit string) func(done, total int) {
		tell := p.Bar(name)
		return func(done, total int) { tell(done, total, unit) }
	}
	pictures, err := align.Draw(ctx, dir, p.Seed, p.Pictures, 0, bar("training pictures", "drawn"))
	if err != nil {
		return nil, err
	}
	by := p.address(vision.Digest(), text.Digest())
	seen, err := look(ctx, p.Backend, vision, cfg, pictures, dir, by, bar("the vision tower",
		"pictures"))
	if err != nil {
		return nil, err
	}
	defer seen.close()
	said, err := tell(ctx, p.Backend, text, pictures, dir, by, p.Seed, bar("the text tower",
		"sentences"))
	if err != nil {
		return nil, err
	}
	fingerprint := fmt.Sprintf("%x", sha256.Sum256(fmt.Append(nil, by, p.Steps, p.Rate,
		patches, flawed, hidden, temperature, denseWeight, wholeWeight, captionsWeight, batch)))
	checkpoint := filepath.Join(dir, fmt.Sprintf("bridge-%s.safetensors", fingerprint[:12]))
	curve := &pretrain.Curve{Path: strings.TrimSuffix(checkpoint, ".safetensors") + ".curve.csv"}
	store := model.NewStore()
	if err := layer.Put(store, towers.Scope+".", start(cfg, said, p.Seed), true); err != nil {
		return nil, err
	}
	if err := curve.Train(ctx, p.Backend, store, newBatches(p.Seed, p.Steps, pictures, seen, said),
		objective(cfg), train.WarmCosine{Base: p.Rate, Final: p.Rate / 100},
		train.Options{Steps: p.Steps, Batch: batch, Seed: p.Seed, Checkpoint: checkpoint,
			Every: time.Minute, Fingerprint: fingerprint}, p.Bar("training")); err != nil {
		return nil, err
	}
	trained, err := layer.Get(store, towers.Scope+".")
	if err != nil {
		return nil, err
	}
	return p.write(trained, vision, text, out, curve, version)
}

// address names everything that what the towers say of the pictures depends on.
func (p Training) address(vision, text string) string {
	h := sha256.New()
	fmt.Fprintln(h, "bridge 3", backend.Bits(p.Backend), vision, text, p.Pictures, p.Seed, rows,
		tellings, pieces, lessons.Generation)
	h.Write(sentence.GrammarText())
	return fmt.Sprintf("%x", h.Sum(nil))
}

// start is the bridge before training: maps of the vision tower's tokens drawn, texts as they are
// but for what they have in common.
func start(cfg towers.Config, s *said, seed uint64) map[string]layer.Array {
	rng := rand.New(rand.NewPCG(seed, 0x627267))
	arrays := layer.Draw(towers.Shapes(cfg), func(name string, shape []int, data []float32) {
		switch {
		case name == "text.centre":
			copy(data, s.centre())
		case name == "text.map.weight":
			for i := range min(shape[0], shape[1]) {
				data[i*shape[1]+i] = 1
			}
		case name == "trunk.norm.weight":
			layer.Fill(data, layer.One)
		case strings.HasPrefix(name, "trunk.out."), strings.HasPrefix(name, "trunk.image."):
		case strings.HasSuffix(name, ".weight"):
			layer.Fill(data, func() float64 {
				return rng.NormFloat64() / math.Sqrt(float64(shape[1]))
			})
		}
	})
	return arrays
}

// write writes what was trained as F16, and the card beside it.
func (p Training) write(trained map[string]layer.Array, vision *vit.Encoder, text *bert.Model,
	out string, curve *pretrain.Curve, version string) (*Card, error) {
	points, err := curve.Points()
	if err != nil {
		return nil, err
	}
	card := &Card{Version: version, Vision: vision.Name() + " " + vision.Digest(),
		Text: text.Digest(), Seed: p.Seed, Steps: p.Steps, Batch: batch,
		Pictures: p.Pictures, Rate: p.Rate, Backend: backend.Name(p.Backend),
		Cores: runtime.NumCPU()}
	card.Losses, card.Minutes = pretrain.Tenths(points, p.Steps)
	file := map[string]tensorfile.Tensor{}
	for name, a := range trained {
		file[name] = tensorfile.F16(a.Data, a.Shape...)
	}
	meta := towers.Metadata(vision, text)
	meta["made_by"] = fmt.Sprintf("adlab pretrain pair, version %s, seed %d, %d steps", version,
		p.Seed, p.Steps)
	meta["licence"] = "Apache-2.0"
	if err := tensorfile.Write(out, file, meta); err != nil {
		return nil, err
	}
	if card.File, err = pretrain.FileOf(out); err != nil {
		return nil, err
	}
	return card, pretrain.WriteCard(out, card, cardPage)
}
