package experiment

import (
	"cmp"
	"slices"

	"adlab/pkg/baseline"
	"adlab/pkg/bridge"
	"adlab/pkg/clip"
	"adlab/pkg/convnet"
	"adlab/pkg/detector"
	"adlab/pkg/encoder"
	"adlab/pkg/inpformer"
	"adlab/pkg/learned"
	"adlab/pkg/multiads"
	"adlab/pkg/prompted"
	"adlab/pkg/vit"
)

// methods is the table of methods: what a detector is called, what it needs, its own settings and
// how it is made. Nothing else in adlab lists them.
var methods = slices.SortedFunc(slices.Values(slices.Concat(
	[]detector.Method{inpformer.Method, multiads.Method}, baseline.Methods, learned.Methods,
	prompted.Methods)),
	func(a, b detector.Method) int { return cmp.Compare(a.Name, b.Name) })

// encoders is the table of encoders, formats that of the files that they are read from, the first
// that claims a file. Nothing else in adlab lists them.
var (
	encoders = slices.Concat(convnet.Entries, vit.Entries, baseline.Entries, clip.Entries,
		bridge.Entries)
	formats = slices.Concat([]encoder.Format{convnet.Format}, clip.Formats,
		[]encoder.Format{vit.Format})
)
