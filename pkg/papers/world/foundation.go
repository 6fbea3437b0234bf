package world

import (
	"math"

	"adlab/pkg/exhibit"
	"adlab/pkg/experiment"
)

// systems are INP-Former and nearest neighbour on the pretrained and on a random encoder, nearest
// neighbour on gradients, and PCA on pixels.
var systems = []struct{ name, detector, encoder string }{
	{"INP-Former on EfficientNet-Lite0", "inp-former", ""},
	{"kNN on EfficientNet-Lite0", "knn", ""},
	{"INP-Former on a random encoder", "inp-former", "random"},
	{"kNN on a random encoder", "knn", "random"},
	{"kNN on HOG", "knn", "hog"},
	{"PCA of pixels", "pca", "hog"}, // needs no encoder; HOG's only lends its picture size
}

// fewerSteps is how long INP-Former trains where more steps change nothing to speak of: on a random
// encoder, and on the textile images.
const fewerSteps = 350

// foundation is a row a system, a column a category of the real pictures: image AUROC.
func foundation(p experiment.Profile) *exhibit.Table {
	t := &exhibit.Table{Corner: "image AUROC"}
	sets := smallSets(p, "elpv", "textile")
	for _, set := range sets {
		for _, category := range append(categories[set], "") {
			name := category
			if name == "" {
				name = "mean"
			}
			t.Columns = append(t.Columns, set+" "+name)
			t.Readings = append(t.Readings, exhibit.Reading{Metric: "I-AUROC", Category: category,
				Of: on(set)})
		}
	}
	for _, s := range systems {
		var of []exhibit.Measurement
		for _, set := range sets {
			steps := math.MaxInt
			if s.encoder == "random" || set == "textile" {
				steps = fewerSteps
			}
			of = append(of, measuring(p, s.detector, s.encoder, set, steps).Seeds(p)...)
		}
		t.Beside("one model a data set", s.name, of)
	}
	return t
}
