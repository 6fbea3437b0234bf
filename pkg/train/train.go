// Package train is the one training loop: frozen features in, trained parameters out, with
// checkpoints from which an interrupted run goes on to the same bits.
package train

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"time"

	disk "adlab/pkg/store"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

// Data is what a run learns from: samples, which are met in batches by their places.
type Data interface {
	Len() int // samples
	// Batch gives the inputs of the loss graph for the samples at those places, each with the batch
	// as its first axis.
	Batch(places []int) []*tensors.Tensor
}

// Single is Data of N samples whose batches are one tensor each.
type Single struct {
	N  int
	Of func(places []int) *tensors.Tensor
}

// Len satisfies Data.
func (s Single) Len() int { return s.N }

// Batch satisfies Data.
func (s Single) Batch(places []int) []*tensors.Tensor { return []*tensors.Tensor{s.Of(places)} }

// Loss builds the loss graph of one batch, of which it gets what Data.Batch gives, in that order: a
// scalar to minimise, and scalars to report with it.
type Loss func(scope *model.Scope, batch []*Node) (loss *Node, parts []*Node)

// Options of a run. All but Steps and Batch have useful zero values.
type Options struct {
	Steps     int
	Batch     int // samples per step; an incomplete batch at an epoch's end is dropped
	Seed      uint64
	Schedule  WarmCosine
	Optimizer StableAdamW
	ClipNorm  float64
	// Checkpoint is a file that is written at Interrupt and every Every, and from which a run of
	// the same Fingerprint goes on.
	Checkpoint  string
	Every       time.Duration
	Fingerprint string
	Report      func(Step)
}

// Step is what one step reports.
type Step struct {
	Number int // from 1
	Of     int
	Rate   float64
	Loss   float64
	Parts  []float64
	Norm   float64 // of all gradients together, before clipping
}

// ErrInterrupted is under the error of a run that was cancelled; it left a checkpoint where Options
// name one.
var ErrInterrupted = errors.New("interrupted")

// Stepper runs training steps on a compiled graph.
type Stepper struct {
	exec      *model.Exec
	optimizer StableAdamW
}

// NewStepper compiles, at its first use, one step: loss, gradients of all trainable variables that
// the loss uses, clipping, update.
func NewStepper(backend compute.Backend, store *model.Store, loss Loss, optimizer StableAdamW,
	clipNorm float64) (*Stepper, error) {
	exec, err := model.NewExec(backend, store, func(scope *model.Scope, inputs []*Node) []*Node {
		last := len(inputs) - 1
		batch, scalars := inputs[:last], inputs[last]
		value, parts := loss(scope, batch)
		params := trainable(store, value.Graph())
		nodes := make([]*Node, len(params))
		for i, p := range params {
			nodes[i] = p.NodeValue(value.Graph())
		}
		grads, norm := ClipGlobalNorm(Gradient(value, nodes...), clipNorm)
		for i, p := range params {
			optimizer.Update(store, p, grads[i], scalars)
		}
		return []*Node{Stack(append([]*Node{value, norm}, parts...), 0)}
	})
	if err != nil {
		return nil, err
	}
	return &Stepper{exec, optimizer}, nil
}

// trainable lists the variables that are trained and take part in the graph, in a fixed order.
func trainable(store *model.Store, g *Graph) (params []*model.Variable) {
	for v := range store.IterVariables() {
		if v.Trainable && v.InUseByGraph(g) {
			params = append(params, v)
		}
	}
	return params
}

// Step does step t, counted from 1, with the given learning rate, and reports the loss before it.
func (s *Stepper) Step(batch []*tensors.Tensor, rate float64, t int) (loss, norm float64,
	parts []float64, err error) {
	var inputs []any
	for _, x := range batch {
		inputs = append(inputs, x)
	}
	out, err := s.exec.Call(append(inputs, s.optimizer.Scalars(rate, t))...)
	if err != nil {
		return 0, 0, nil, err
	}
	values := tensors.MustCopyFlatData[float32](out[0])
	out[0].FinalizeAll()
	for _, x := range values[2:] {
		parts = append(parts, float64(x))
	}
	return float64(values[0]), float64(values[1]), parts, nil
}

// Close frees the compiled graphs.
func (s *Stepper) Close() { s.exec.Finalize() }

// Run trains the store's trainable variables. On cancellation it writes the checkpoint and returns
// ErrInterrupted; called again with the same options it goes on from there, and ends with the same
// bits as a run that was never interrupted.
func Run(ctx context.Context, backend compute.Backend, store *model.Store, data Data, loss Loss,
	o Options) error {
	samples := data.Len()
	batch := min(o.Batch, samples)
	if o.Steps < 1 || batch < 1 {
		return fmt.Errorf("training: expected at least 1 step and 1 image, got %d steps, batch "+
			"%d, %d images", o.Steps, o.Batch, samples)
	}
	if err := o.Schedule.Validate(); err != nil {
		return err
	}
	// another process may be training the same: then it is found trained
	if o.Checkpoint != "" && ctx.Err() == nil {
		unlock, err := disk.Lock(ctx, o.Checkpoint)
		if err != nil {
			return err
		}
		defer unlock()
	}
	start, err := o.load(store)
	if err != nil {
		return err
	}
	stepper, err := NewStepper(backend, store, loss, o.Optimizer, o.ClipNorm)
	if err != nil {
		return err
	}
	defer stepper.Close()
	saved := time.Now()
	for k := start; k < o.Steps; k++ {
		if ctx.Err() != nil {
			if o.Checkpoint == "" {
				return fmt.Errorf("training %w after step %d of %d", ErrInterrupted, k, o.Steps)
			}
			if err := o.save(store, k); err != nil {
				return err
			}
			return fmt.Errorf("training %w after step %d of %d; the same command goes on from "+
				"there", ErrInterrupted, k, o.Steps)
		}
		rate := o.Schedule.Rate(k)
		places := Places(o.Seed, k, batch, samples)
		value, norm, parts, err := stepper.Step(data.Batch(places), rate, k+1)
		if err != nil {
			return err
		}
		if math.IsNaN(value) || math.IsInf(value, 0) {
			return fmt.Errorf("training: the loss is %v at step %d; lower the learning rate or "+
				"check the images", value, k+1)
		}
		if o.Report != nil {
			o.Report(Step{k + 1, o.Steps, rate, value, parts, norm})
		}
		if o.Every > 0 && time.Since(saved) > o.Every {
			if err := o.save(store, k+1); err != nil {
				return err
			}
			saved = time.Now()
		}
	}
	if start == o.Steps {
		return nil
	}
	return o.finish(store)
}

// Places gives the samples of step k: epochs are shuffled, each by a stream of its own that depends
// on seed and epoch alone, and an incomplete last batch is dropped.
func Places(seed uint64, k, batch, samples int) []int {
	perEpoch := samples / batch
	rng := rand.New(rand.NewPCG(seed, uint64(k/perEpoch)))
	from := k % perEpoch * batch
	return rng.Perm(samples)[from : from+batch]
}

// isOptimizer tells the optimiser's state from the parameters.
func isOptimizer(name string) bool { return strings.HasPrefix(name, "optimizer.") }
