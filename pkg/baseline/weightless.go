package baseline

import (
	"adlab/pkg/imageio"

	"github.com/gomlx/gomlx/ml/model"
)

// side is the number of pixels a side that the encoders without weights see.
const side = 224

// weightless is what the encoders without weights share: whole images at 224 pixels, one level,
// nothing to load.
type weightless struct{ store *model.Store }

// Transform keeps values in 0..1.
func (weightless) Transform() imageio.Transform {
	return imageio.Transform{Resize: side, Crop: side, Std: [3]float32{1, 1, 1}}
}

// Groups is the only level.
func (weightless) Groups() [][]int { return [][]int{{0}} }

// Store is empty.
func (w weightless) Store() *model.Store { return w.store }
