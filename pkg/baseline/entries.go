package baseline

import "adlab/pkg/encoder"

// Entries are the encoders without weights.
var Entries = []encoder.Entry{
	weightlessEntry("hog", "histograms of oriented gradients of the whole image", NewHOG),
	weightlessEntry("hog-cells", "histograms of oriented gradients, a block a token", NewHOGCells),
	weightlessEntry("pixels", "raw patches", NewPixels),
	weightlessEntry("pixels-half", "patches averaged to 8 × 8", NewHalfPixels),
}

func weightlessEntry[E encoder.Encoder](name, about string, open func() E) encoder.Entry {
	return encoder.Entry{Name: name, From: about, Licence: "Apache-2.0", Weightless: true,
		Open: func(encoder.Request) (encoder.Encoder, error) { return open(), nil }}
}
