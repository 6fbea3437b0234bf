package bert

import (
	"context"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

// Vectors gives sentences' vectors one after another, each C numbers of unit length, cut after so
// many pieces. batch of them go through the network together; done, which may be nil, is told.
func (m *Model) Vectors(ctx context.Context, b compute.Backend, sentences []string, pieces,
	batch int, done func(done, total int)) ([]float32, error) {
	exec, err := model.NewExec(b, m.store, func(scope *model.Scope, ids *Node) *Node {
		return Embed(scope, m.Config, ids)
	})
	if err != nil {
		return nil, err
	}
	defer exec.Finalize()
	vectors := make([]float32, 0, len(sentences)*m.Width)
	for at := 0; at < len(sentences); at += batch {
		if err := context.Cause(ctx); err != nil {
			return nil, err
		}
		n := min(batch, len(sentences)-at)
		ids := make([]int32, 0, batch*pieces)
		for i := range batch { // one shape; rows beyond n are the last sentence again
			ids = append(ids, m.IDs(sentences[at+min(i, n-1)], pieces)...)
		}
		out, err := exec.Call1(tensors.FromFlatDataAndDimensions(ids, batch, pieces))
		if err != nil {
			return nil, err
		}
		vectors = append(vectors, tensors.MustCopyFlatData[float32](out)[:n*m.Width]...)
		out.FinalizeAll()
		if done != nil {
			done(at+n, len(sentences))
		}
	}
	return vectors, nil
}
