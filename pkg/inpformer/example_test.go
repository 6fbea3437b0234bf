package inpformer_test

import (
	"fmt"

	"adlab/pkg/backend"
	"adlab/pkg/inpformer"
	"adlab/pkg/layer"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

// The forward pass on two groups of encoder levels, of one image with 4 × 4 patch tokens: every
// intermediate has a name and a shape.
func ExampleForward() {
	b, err := backend.Open(backend.Go)
	if err != nil {
		panic(err)
	}
	cfg := inpformer.Default(64, 4) // 64 channels, 4 × 4 tokens, M = 6
	store := model.NewStore()
	if err := layer.Put(store, "", inpformer.Init(cfg, 1), true); err != nil {
		panic(err)
	}
	tokens := make([]float32, 16*64)
	for i := range tokens {
		tokens[i] = float32(i%7) - 3
	}
	group := tensors.FromFlatDataAndDimensions(tokens, 1, 16, 64)
	out, err := model.CallOnceN(b.Backend, store, func(s *model.Scope, x []*Node) []*Node {
		t := inpformer.Forward(s, cfg, x, []int{4, 3}) // means of 4 shallow and 3 deep levels
		return []*Node{t.Fused, t.INPs, t.Attention, t.Output[0], t.AnomalyMap(cfg, 64)}
	}, group, group)
	if err != nil {
		panic(err)
	}
	for i, name := range []string{"fused tokens", "prototypes", "where they look",
		"reconstruction", "anomaly map"} {
		fmt.Println(name, out[i].Shape().Dimensions)
	}
	// Output:
	// fused tokens [1 16 64]
	// prototypes [1 6 64]
	// where they look [1 1 6 16]
	// reconstruction [1 16 64]
	// anomaly map [1 256 256]
}
