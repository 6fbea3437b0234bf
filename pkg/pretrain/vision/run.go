package vision

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"adlab/pkg/backend"
	"adlab/pkg/layer"
	"adlab/pkg/pretrain"
	"adlab/pkg/pretrain/pictures"
	"adlab/pkg/setting"
	"adlab/pkg/tensorfile"
	"adlab/pkg/train"
	"adlab/pkg/vit"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

// Training is one training of the small vision transformer.
type Training struct {
	Backend compute.Backend
	Home    string // where data lie
	Cache   string // where checkpoints lie
	Stages  []Stage
	Seed    uint64
	Without []string // sources that are left out
	Loss    Loss
	Say     func(format string, args ...any)
	Bar     func(name string) func(done, total int, unit string)

	sources  []pictures.Source
	student  vit.Config
	measured int // held-out windows that a student is measured on
	patches  int // that its start is made of
}

// Stage is a part of the training with its own size of windows and its own course of the learning
// rate.
type Stage struct {
	Side  int     `json:"side"` // of a window in pixels
	Steps int     `json:"steps"`
	Batch int     `json:"batch"` // windows a step
	Rate  float64 `json:"rate"`  // largest learning rate
}

// Default is the training of the shipped weights; Backend, Home, Cache, Say and Bar are the
// caller's.
func Default() Training {
	return Training{sources: pictures.Sources(), student: Config(), measured: 512,
		patches: 96 * 196,
		Seed:    1, Loss: DefaultLoss(), Stages: []Stage{
			// a quarter of the tokens: most of what a token says is local
			{Side: 112, Steps: 2200, Batch: 32, Rate: 1e-3},
			{Side: pictures.Window, Steps: 300, Batch: 16, Rate: 5e-4},
		}}
}

// Scale shares out that many steps among the stages in the proportions that they have.
func (v *Training) Scale(steps int) error {
	total, left := 0, steps
	for _, s := range v.Stages {
		total += s.Steps
	}
	if steps < len(v.Stages) {
		return setting.Errorf("Steps", "expected at least %d, one a stage, got %d", len(v.Stages),
			steps)
	}
	for i := range v.Stages {
		share := max(1, v.Stages[i].Steps*steps/total)
		if i == len(v.Stages)-1 {
			share = left
		}
		v.Stages[i].Steps = share
		left -= share
	}
	return nil
}

// Validate says in one line which setting cannot be.
func (v Training) Validate() error {
	for _, s := range v.Stages {
		if s.Steps < 1 || s.Batch < 1 || !(s.Rate > 0) || s.Side%16 != 0 || s.Side < 32 ||
			s.Side > pictures.Window {
			return fmt.Errorf("pretrain vision: expected at least 1 step, 1 window a step, a "+
				"positive rate and a side of 32 to %d pixels, got %+v", pictures.Window, s)
		}
	}
	for _, name := range v.Without {
		if !slices.Contains(pictures.SourceNames(), name) {
			return setting.Errorf("Without", "expected some of %s, got %q",
				strings.Join(pictures.SourceNames(), ", "), name)
		}
	}
	return nil
}

// Run trains the student, or goes on from its checkpoint, and writes its weights to out, with the
// card beside them. With asItStands it trains no more, and writes what the checkpoint holds.
func (v Training) Run(ctx context.Context, out string, asItStands bool, version string) (*Card,
	error) {
	if err := v.Validate(); err != nil {
		return nil, err
	}
	sources := pictures.Without(v.sources, v.Without)
	for _, s := range sources {
		if err := s.Fetch(ctx, v.Home, v.Say); err != nil {
			return nil, err
		}
	}
	bar := v.Bar("training pictures")
	loaded, err := pictures.Load(ctx, sources, v.Home, func(done, total int) {
		bar(done, total, "decoded")
	})
	if err != nil {
		return nil, err
	}
	held, err := NewCrops(sources, loaded, true, pictures.Window, v.Seed)
	if err != nil {
		return nil, err
	}
	curve := &pretrain.Curve{Path: filepath.Join(v.Cache, "pretrain",
		"vision-"+v.fingerprint(loaded,
			len(v.Stages))[:16]+".curve.csv")}
	if err := curve.Open(); err != nil {
		return nil, err
	}
	store, done, err := v.train(ctx, sources, loaded, curve, asItStands)
	if err := errors.Join(err, curve.Close()); err != nil {
		return nil, err
	}
	d, err := newDistillation(v.student, pictures.Window, v.Loss)
	if err != nil {
		return nil, err
	}
	weights, err := d.weights16(store)
	if err != nil {
		return nil, err
	}
	agreement, err := d.measure(v.Backend, weights, held, v.measured)
	if err != nil {
		return nil, err
	}
	points, err := curve.Points()
	if err != nil {
		return nil, err
	}
	card := newCard(v, d, sources, loaded, done, agreement, points, version)
	return card, card.write(out, weights)
}

// train runs the stages one after the other, each from the weights of the one before, or goes on
// from the last one's checkpoint. It gives the student and the number of steps that it has done in
// all. With asItStands it takes the checkpoint that has come furthest as it is.
func (v Training) train(ctx context.Context, sources []pictures.Source, loaded []pictures.Picture,
	curve *pretrain.Curve,
	asItStands bool) (store *model.Store, done int, err error) {
	for i, s := range v.Stages {
		d, err := newDistillation(v.student, s.Side, v.Loss)
		if err != nil {
			return nil, 0, err
		}
		crops, err := NewCrops(sources, loaded, false, s.Side, v.Seed+uint64(i)<<32)
		if err != nil {
			return nil, 0, err
		}
		fingerprint := v.fingerprint(loaded, i+1)
		checkpoint := filepath.Join(v.Cache, "pretrain", "vision-"+fingerprint[:16]+".safetensors")
		_, missing := os.Stat(checkpoint)
		if asItStands && missing != nil {
			break
		}
		student := vit.Random(d.student, v.Seed) // where a checkpoint overwrites it
		switch {
		case i > 0:
			student, err = layer.Get(store, studentScope+".")
		case missing != nil:
			student, err = Init(d.student, crops, v.patches, v.Seed)
		}
		if err != nil {
			return nil, 0, err
		}
		if store, err = d.store(student); err != nil {
			return nil, 0, err
		}
		if asItStands {
			n, err := stepsOf(checkpoint, fingerprint)
			if err != nil {
				return nil, 0, err
			}
			done += n
			if err := train.LoadStore(checkpoint, store); err != nil {
				return nil, 0, err
			}
			continue
		}
		v.Say("stage %d of %d: windows of %d pixels, %d parameters, checkpoint %s", i+1,
			len(v.Stages), s.Side, d.parameters(), checkpoint)
		bar := v.Bar("distilling")
		data := train.Single{N: s.Steps * s.Batch, Of: crops.Batch}
		err = train.Run(ctx, v.Backend, store, data, d.loss, train.Options{
			Steps: s.Steps, Batch: s.Batch, Seed: v.Seed, ClipNorm: 1,
			Schedule: train.WarmCosine{Base: s.Rate, Final: s.Rate / 50,
				Warmup: min(60, s.Steps/4), Total: s.Steps},
			Optimizer:  optimizer(),
			Checkpoint: checkpoint, Every: 3 * time.Minute, Fingerprint: fingerprint,
			Report: func(x train.Step) {
				curve.Add(done+x.Number, x.Loss)
				bar(x.Number, x.Of, fmt.Sprintf("steps, loss %.4f, cosines %.3f %.3f, centred "+
					"%.3f %.3f", x.Loss, x.Parts[0], x.Parts[1], x.Parts[2], x.Parts[3]))
			},
		})
		if err != nil {
			return nil, 0, err
		}
		done += s.Steps
	}
	if store == nil {
		return nil, 0, fmt.Errorf("pretrain vision: no checkpoint of this run in %s; train first",
			filepath.Join(v.Cache, "pretrain"))
	}
	return store, done, nil
}

// optimizer is AdamW with the updates' size limited; no AMSGrad, which would slow a schedule
// that ends low.
func optimizer() train.StableAdamW {
	return train.StableAdamW{Beta1: 0.9, Beta2: 0.99, Epsilon: 1e-8, WeightDecay: 0.02,
		Threshold: 1}
}

// store holds the student, trainable, the teacher, frozen, and the matrices that are thrown away.
func (d distillation) store(student map[string]layer.Array) (*model.Store, error) {
	store := model.NewStore()
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

// measure runs the student, as shipped, over n held-out windows, a multiple of 32, and gives the
// parts of the loss.
func (d distillation) measure(backend compute.Backend, weights map[string]tensorfile.Tensor,
	held *Crops, n int) ([]float64, error) {
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
	for at := 0; at < n; at += batch {
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
			sums[i] += float64(x) * batch / float64(n)
		}
	}
	return sums, nil
}

// fingerprint covers everything that the bits depend on after the first stages.
func (v Training) fingerprint(loaded []pictures.Picture, stages int) string {
	h := sha256.New()
	fmt.Fprintf(h, "vision 2\n%+v\n%+v\n%+v\n%v %d %s\n", v.student, v.Loss, optimizer(),
		v.Stages[:stages], v.Seed, backend.Bits(v.Backend))
	for _, s := range pictures.Without(v.sources, v.Without) {
		fmt.Fprintf(h, "%s %g %v\n", s.Name, s.Share, s.Sides)
	}
	for _, p := range loaded {
		fmt.Fprintln(h, p.Source, p.Digest)
	}
	return fmt.Sprintf("%x", h.Sum(nil))
}

// stepsOf is how many steps the checkpoint has done.
func stepsOf(checkpoint, fingerprint string) (done int, err error) {
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
