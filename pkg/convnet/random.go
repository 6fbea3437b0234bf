package convnet

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"

	"adlab/pkg/imageio"
	"adlab/pkg/layer"

	"github.com/gomlx/compute"
)

// Random is the same network with random weights, to show what the pretrained ones are worth:
// He-normal convolutions, batch norms that do nothing. Its channel statistics are taken over
// synthetic pictures, so that its tokens are standardised as the pretrained ones are. Same seed,
// same weights.
func Random(backend compute.Backend, cfg Config, seed uint64) (*Encoder, error) {
	return random(backend, cfg, seed, 32)
}

// random is Random, calibrated on so many pictures.
func random(backend compute.Backend, cfg Config, seed uint64, count int) (*Encoder, error) {
	rng := rand.New(rand.NewPCG(seed, 0xeff))
	arrays := layer.Draw(Shapes(Blocks-1), func(name string, shape []int, data []float32) {
		switch {
		case len(shape) == 4: // out, in, k, k
			deviation := math.Sqrt(2 * float64(shape[0]) / float64(len(data)))
			layer.Fill(data, func() float64 { return rng.NormFloat64() * deviation })
		case strings.HasSuffix(name, ".weight"), strings.HasSuffix(name, ".running_var"):
			layer.Fill(data, layer.One)
		}
	})
	pictures := make([]*imageio.Image, count)
	for i := range pictures {
		pictures[i] = cloud(rng)
	}
	if err := calibrate(backend, arrays, pictures); err != nil {
		return nil, err
	}
	addProjections(arrays, 0)
	return assemble(randomName(seed), arrays, cfg)
}

func randomName(seed uint64) string { return fmt.Sprintf("efficientnet-lite0-random-%d", seed) }

// cloud is a synthetic picture: smooth noise of several scales in colour.
func cloud(rng *rand.Rand) *imageio.Image {
	sum := make([]float64, calibrationSide*calibrationSide*3)
	for _, side := range []int{3, 7, 17, 56, calibrationSide} {
		noise := imageio.New(side, side, 3)
		for i := range noise.Pix {
			noise.Pix[i] = uint8(rng.IntN(256))
		}
		weight := 1 / math.Sqrt(float64(side))
		for i, p := range imageio.Resize(noise, calibrationSide, calibrationSide).Pix {
			sum[i] += weight * (float64(p) - 127.5)
		}
	}
	out := imageio.New(calibrationSide, calibrationSide, 3)
	for i, s := range sum {
		out.Pix[i] = uint8(min(max(127.5+s, 0), 255))
	}
	return out
}
