package pretrain

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"adlab/pkg/convnet"
	"adlab/pkg/layer"
	"adlab/pkg/tensorfile"
	"adlab/pkg/train"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

// Vision is one training of the small vision transformer.
type Vision struct {
	Backend compute.Backend
	Home    string // where data lie
	Cache   string // where checkpoints lie
	Steps   int
	Batch   int
	Rate    float64 // largest learning rate
	Seed    uint64
	Without []string // sources that are left out
	Loss    VisionLoss
	Say     func(format string, args ...any)
	Bar     func(name string) func(done, total int, unit string)
}

// DefaultVision is the training of the shipped weights; Backend, Home, Cache, Say and Bar are the caller's.
func DefaultVision() Vision {
	return Vision{Steps: 2000, Batch: 32, Rate: 1e-3, Seed: 1, Loss: DefaultVisionLoss()}
}

// Validate says in one line which setting cannot be.
func (v Vision) Validate() error {
	if v.Steps < 1 || v.Batch < 1 || !(v.Rate > 0) {
		return fmt.Errorf("pretrain vision: expected at least 1 step, 1 window a step and a positive rate, got %d, %d and %g", v.Steps, v.Batch, v.Rate)
	}
	for _, name := range v.Without {
		if len(without(Sources(), []string{name})) == len(Sources()) {
			return fmt.Errorf("--without: expected some of %s, got %q", strings.Join(SourceNames(), ", "), name)
		}
	}
	return nil
}

// measured is how many held-out windows a student is measured on.
const measured = 512

// Run trains the student, or goes on from its checkpoint, and writes its weights to out, with the card beside them. With
// asItStands it trains no more, and writes what the checkpoint holds.
func (v Vision) Run(ctx context.Context, out string, asItStands bool, version string) (*VisionCard, error) {
	if err := v.Validate(); err != nil {
		return nil, err
	}
	sources := without(Sources(), v.Without)
	for _, s := range sources {
		if err := s.Fetch(ctx, v.Home, v.Say); err != nil {
			return nil, err
		}
	}
	bar := v.Bar("training pictures")
	pictures, err := Load(ctx, sources, v.Home, func(done, total int) { bar(done, total, "decoded") })
	if err != nil {
		return nil, err
	}
	crops, err := NewCrops(sources, pictures, false, v.Seed)
	if err != nil {
		return nil, err
	}
	held, err := NewCrops(sources, pictures, true, v.Seed)
	if err != nil {
		return nil, err
	}
	teacher, err := convnet.New(convnet.Config{})
	if err != nil {
		return nil, err
	}
	d := distillation{VisionConfig(), teacher, v.Loss}
	store, err := d.store(crops, v.Seed)
	if err != nil {
		return nil, err
	}
	fingerprint := v.fingerprint(d, pictures)
	checkpoint := filepath.Join(v.Cache, "pretrain", "vision-"+fingerprint[:16]+".safetensors")
	curve := &curve{path: strings.TrimSuffix(checkpoint, ".safetensors") + ".curve.csv"}
	done := v.Steps
	if asItStands {
		if done, err = stepsOf(checkpoint, fingerprint); err != nil {
			return nil, err
		}
		if err := train.LoadStore(checkpoint, store); err != nil {
			return nil, err
		}
	} else {
		v.Say("student of %d parameters, %d pictures, checkpoint %s", d.parameters(), len(pictures), checkpoint)
		if err := curve.open(); err != nil {
			return nil, err
		}
		defer curve.close()
		bar := v.Bar("distilling")
		err := train.Run(ctx, store, crops, d.loss, train.Options{
			Backend: v.Backend, Steps: v.Steps, Batch: v.Batch, Samples: v.Steps * v.Batch, Seed: v.Seed, ClipNorm: 1,
			Schedule:   train.WarmCosine{Base: v.Rate, Final: v.Rate / 100, Warmup: min(100, v.Steps/4), Total: v.Steps},
			Optimizer:  visionOptimizer(),
			Checkpoint: checkpoint, Every: 3 * time.Minute, Fingerprint: fingerprint,
			Report: func(s train.Step) {
				curve.add(s)
				bar(s.Number, s.Of, fmt.Sprintf("steps, loss %.4f, cosines %.3f %.3f, centred %.3f %.3f", s.Loss, s.Parts[0], s.Parts[1], s.Parts[2], s.Parts[3]))
			},
		})
		if err != nil {
			return nil, err
		}
	}
	weights, err := d.weights16(store)
	if err != nil {
		return nil, err
	}
	agreement, err := d.measure(v.Backend, weights, held)
	if err != nil {
		return nil, err
	}
	points, err := curve.points()
	if err != nil {
		return nil, err
	}
	card := newVisionCard(v, d, sources, pictures, done, agreement, points, version)
	return card, card.write(out, weights)
}

// visionOptimizer is AdamW with the updates' size limited; no AMSGrad, which would slow a schedule that ends low.
func visionOptimizer() train.StableAdamW {
	return train.StableAdamW{Beta1: 0.9, Beta2: 0.99, Epsilon: 1e-8, WeightDecay: 0.02, Threshold: 1}
}

// store holds the student, trainable, at its start, the teacher, frozen, and the matrices that are thrown away.
func (d distillation) store(crops *Crops, seed uint64) (*model.Store, error) {
	store := model.NewStore()
	student, err := InitVision(d.student, crops, seed)
	if err != nil {
		return nil, err
	}
	teacher, err := layer.Get(d.teacher.Store(), "")
	if err != nil {
		return nil, err
	}
	if err := layer.Put(store, studentScope+".", student, true); err != nil {
		return nil, err
	}
	if d.weights.Single != 0 {
		if err := layer.Put(store, headScope+".", heads(), true); err != nil {
			return nil, err
		}
	}
	return store, layer.Put(store, teacherScope+".", teacher, false)
}

// weights16 is the student as it is shipped: rounded to half precision.
func (d distillation) weights16(store *model.Store) (map[string]tensorfile.Tensor, error) {
	arrays, err := layer.Get(store, studentScope+".")
	if err != nil {
		return nil, err
	}
	halves := map[string]tensorfile.Tensor{}
	for name, a := range arrays {
		halves[name] = tensorfile.F16(a.Data, a.Shape...)
	}
	return halves, nil
}

// measure runs the student, as shipped, over held-out windows and gives the parts of the loss.
func (d distillation) measure(backend compute.Backend, weights map[string]tensorfile.Tensor, held *Crops) ([]float64, error) {
	const batch = 32
	store := model.NewStore()
	student := map[string]layer.Array{}
	for name, t := range weights {
		data, err := t.Float32s()
		if err != nil {
			return nil, err
		}
		student[name] = layer.Array{Shape: t.Shape, Data: data}
	}
	teacher, err := layer.Get(d.teacher.Store(), "")
	if err != nil {
		return nil, err
	}
	if err := layer.Put(store, studentScope+".", student, false); err != nil {
		return nil, err
	}
	if err := layer.Put(store, teacherScope+".", teacher, false); err != nil {
		return nil, err
	}
	d.weights.Single = 0
	exec, err := model.NewExec(backend, store, d.parts)
	if err != nil {
		return nil, err
	}
	defer exec.Finalize()
	var sums []float64
	for at := 0; at < measured; at += batch {
		places := make([]int, batch)
		for i := range places {
			places[i] = at + i
		}
		out, err := exec.Call1(held.Batch(places))
		if err != nil {
			return nil, err
		}
		values := tensors.MustCopyFlatData[float32](out)
		if sums == nil {
			sums = make([]float64, len(values))
		}
		for i, x := range values {
			sums[i] += float64(x) * batch / measured
		}
	}
	return sums, nil
}

// fingerprint covers everything that the trained bits depend on.
func (v Vision) fingerprint(d distillation, pictures []Picture) string {
	h := sha256.New()
	fmt.Fprintf(h, "vision 1\n%+v\n%s\n%+v\n%+v\n%d %d %g %d %s\n", d.student, d.teacher.Digest(), d.weights, visionOptimizer(), v.Steps, v.Batch, v.Rate, v.Seed, v.Backend.Name())
	for _, s := range without(Sources(), v.Without) {
		fmt.Fprintf(h, "%s %g %v\n", s.Name, s.Share, s.Sides)
	}
	for _, p := range pictures {
		fmt.Fprintln(h, p.Source, p.Digest)
	}
	return fmt.Sprintf("%x", h.Sum(nil))
}

// stepsOf is how many steps the checkpoint has done.
func stepsOf(checkpoint, fingerprint string) (done int, err error) {
	if _, err := os.Stat(checkpoint); err != nil {
		return 0, fmt.Errorf("pretrain vision: no checkpoint of this run in %s; train first", filepath.Dir(checkpoint))
	}
	f, err := tensorfile.Open(checkpoint)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	if made := f.Metadata()["fingerprint"]; made != fingerprint {
		return 0, fmt.Errorf("%s: it is the checkpoint of another run", checkpoint)
	}
	_, err = fmt.Sscan(f.Metadata()["steps"], &done)
	return done, err
}
