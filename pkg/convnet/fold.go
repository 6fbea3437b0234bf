package convnet

import (
	"fmt"
	"maps"
	"math"
	"strings"

	"adlab/pkg/layer"
)

// epsilon is added to a batch norm's running variance.
const epsilon = 1e-3

// Fold gives the network's tensors as Features multiplies with them: each batch norm with running
// statistics, γ(x - μ)/√(σ² + ε) + β, is part of the convolution before it, whose weight is [taps
// of the kernel · channels in, channels out], or [taps, channels] of a depthwise one, and whose
// bias is [channels out]. Tensors of other names stay.
func Fold(arrays map[string]layer.Array) map[string]layer.Array {
	folded := maps.Clone(arrays)
	for name, norm := range norms() {
		of := func(parameter string) []float32 {
			key := norm + "." + parameter
			delete(folded, key)
			return arrays[key].Data
		}
		gamma, beta, mean, variance := of("weight"), of("bias"), of("running_mean"),
			of("running_var")
		w := arrays[name+".weight"] // [out, in or 1, ky, kx]
		out, in, taps := w.Shape[0], w.Shape[1], w.Shape[2]*w.Shape[3]
		weight, bias := make([]float32, len(w.Data)), make([]float32, out)
		for o := range out {
			scale := float64(gamma[o]) / math.Sqrt(float64(variance[o])+epsilon)
			bias[o] = float32(float64(beta[o]) - float64(mean[o])*scale)
			for i := range in {
				for k := range taps {
					weight[(k*in+i)*out+o] = float32(float64(w.Data[(o*in+i)*taps+k]) * scale)
				}
			}
		}
		folded[name+".weight"] = layer.Array{Shape: []int{taps * in, out}, Data: weight}
		folded[name+".bias"] = layer.Array{Shape: []int{out}, Data: bias}
	}
	return folded
}

// norms are the convolutions with the batch norm that follows each.
func norms() map[string]string {
	out := map[string]string{"_conv_stem": "_bn0"}
	for i, b := range architecture {
		prefix := fmt.Sprintf("_blocks.%d.", i)
		if b.expansion != 1 {
			out[prefix+"_expand_conv"] = prefix + "_bn0"
		}
		out[prefix+"_depthwise_conv"] = prefix + "_bn1"
		out[prefix+"_project_conv"] = prefix + "_bn2"
	}
	return out
}

// foldLevels puts the channels' standardisation and the scale √(Width/C) of every tap into the
// projection after it: weight [C, Width] and bias [Width] under level.TAP.
func foldLevels(arrays map[string]layer.Array) {
	for i := FirstTap; i < Blocks; i++ {
		c := Channels(i)
		stats := fmt.Sprintf("stats.%d.", i)
		mean, std := arrays[stats+"mean"].Data, arrays[stats+"std"].Data
		w := arrays[fmt.Sprintf("projection.%d.weight", c)].Data // [Width, C]
		weight, bias := make([]float32, c*Width), make([]float32, Width)
		for r := range Width {
			sum := 0.0
			for k := range c {
				x := float64(w[r*c+k]) * math.Sqrt(float64(Width)/float64(c)) / float64(std[k])
				weight[k*Width+r] = float32(x)
				sum += x * float64(mean[k])
			}
			bias[r] = float32(-sum)
		}
		level := fmt.Sprintf("level.%d.", i)
		arrays[level+"weight"] = layer.Array{Shape: []int{c, Width}, Data: weight}
		arrays[level+"bias"] = layer.Array{Shape: []int{Width}, Data: bias}
	}
	maps.DeleteFunc(arrays, func(name string, _ layer.Array) bool {
		return strings.HasPrefix(name, "stats.") || strings.HasPrefix(name, "projection.")
	})
}
