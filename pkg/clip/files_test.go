package clip

import (
	"math"
	"path/filepath"
	"testing"

	"adlab/pkg/layer"
	"adlab/pkg/tensorfile"

	"github.com/stretchr/testify/require"
)

// TestFilesAsPeopleHaveThem reads a pair below prefixes, with the integers that files of OpenAI's
// and of Hugging Face's have beside the weights: the same digest, so the same bits.
func TestFilesAsPeopleHaveThem(t *testing.T) {
	whole, err := Random(Small, 1)
	require.NoError(t, err)
	arrays, err := layer.Get(whole.Store(), "")
	require.NoError(t, err)
	opt := Options{Image: Small.Grid * Small.Patch, Taps: Small.Taps,
		VisionHeads: Small.Vision.Heads, TextHeads: Small.Text.Heads, QuickGELU: Small.QuickGELU}
	save := func(prefix string, change func(map[string]tensorfile.Tensor)) string {
		all := map[string]tensorfile.Tensor{}
		for name, x := range layer.Tensors(arrays) {
			all[prefix+name] = x
		}
		if change != nil {
			change(all)
		}
		path := filepath.Join(t.TempDir(), "clip.safetensors")
		require.NoError(t, tensorfile.Write(path, all, nil))
		return path
	}
	for _, prefix := range []string{"", "module.", "model.", "state.clip_model.", "student."} {
		path := save(prefix, func(all map[string]tensorfile.Tensor) {
			for _, name := range []string{"input_resolution", "context_length", "vocab_size"} {
				all[prefix+name] = tensorfile.I64([]int64{7})
			}
			all[prefix+"logit_scale"] = tensorfile.F32([]float32{float32(math.Inf(1))})
		})
		require.True(t, IsWeights(path))
		m, err := Open(path, opt)
		require.NoError(t, err, prefix)
		require.Equal(t, whole.Digest(), m.Digest(), prefix)
	}
	_, err = Open(save("model.", func(all map[string]tensorfile.Tensor) {
		x := all["model.visual.proj"]
		copy(x.Data, tensorfile.F32([]float32{float32(math.NaN())}).Data)
	}), opt)
	require.ErrorContains(t, err, `clip.safetensors: tensor "visual.proj": element 0 is NaN`)
	_, err = Open(save("", func(all map[string]tensorfile.Tensor) {
		delete(all, "visual.conv1.weight")
	}), opt)
	require.ErrorContains(t, err, "no CLIP in it: expected a tensor visual.conv1.weight")
}
