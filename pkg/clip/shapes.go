package clip

import (
	"slices"
	"strings"

	"adlab/pkg/tensorfile"
)

// IsWeights tells whether the file holds a vision tower under OpenCLIP's or Hugging Face's names,
// without validating it further.
func IsWeights(path string) bool {
	f, err := tensorfile.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	_, ok, err := Network(f)
	return ok && err == nil
}

// Network is the pair in a file, below whatever prefix; the file itself, and not ok, where there is
// none.
func Network(f *tensorfile.File) (network *tensorfile.File, ok bool, err error) {
	network, _, ok, err = f.Rooted("vision_model.embeddings.patch_embedding.weight",
		"visual.conv1.weight")
	if !ok {
		network = f
	}
	return network, ok, err
}

// OfficialShapes gives the shapes of a checkpoint's tensors OpenCLIP's names, as loading gives them
// to the tensors themselves, and leaves out what no tower has.
func OfficialShapes(shapes map[string][]int) map[string][]int {
	out := map[string][]int{}
	for name, shape := range shapes {
		shape = slices.Clone(shape)
		switch {
		case strings.Contains(name, "self_attn.k_proj."),
			strings.Contains(name, "self_attn.v_proj."), ignored(name) && name != "logit_scale":
			continue
		case strings.Contains(name, "self_attn.q_proj.") && len(shape) > 0:
			name = strings.Replace(name, "self_attn.q_proj.", "attn.in_proj_", 1)
			shape[0] *= 3
		case name == "text_projection.weight", name == "visual_projection.weight":
			slices.Reverse(shape)
		}
		out[hfNames.Replace(name)] = shape
	}
	return out
}
