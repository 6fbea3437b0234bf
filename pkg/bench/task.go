// Package bench times adlab beside what people use for the same work. A Task lies in a folder, with
// its inputs as files; each Side, adlab's own among them, is a process that reads the folder and is
// asked, in turn with the others, to do the work once more, so that what slows the machine slows
// all of them. What the sides answer is compared before their times are.
package bench

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"adlab/pkg/store"
)

// The kinds of work.
const (
	Metrics = "metrics" // seven metrics of each of some classes
	Forward = "forward" // an encoder's levels of patch tokens
	Step    = "step"    // a training step
	Look    = "look"    // from a picture's file to its anomaly map and score
)

// The names of the networks that both sides know.
const (
	EfficientNet = "efficientnet-lite0"
	DINOv2       = "dinov2"
	CLIP         = "clip" // a pair's vision tower
)

// Task says what is to be done. Which fields count depends on the kind.
type Task struct {
	Kind string `json:"kind"`
	Seed uint64 `json:"seed"` // of everything that is drawn for it

	Classes int `json:"classes,omitempty"` // Metrics
	Images  int `json:"images,omitempty"`  // Metrics: of each class
	// Metrics: pixels per side of a map; Step of MultiADS, Look: of the map that is compared
	Side int `json:"side,omitempty"`

	Batch   int      `json:"batch,omitempty"`   // Forward, Step
	Encoder *Network `json:"encoder,omitempty"` // Forward, Look; Step where it is part of the step
	// Groups of the encoder's levels
	Groups [][]int `json:"groups,omitempty"`

	Method string `json:"method,omitempty"` // Step, Look: inp-former or multiads
	Head   *Head  `json:"head,omitempty"`   // Step, Look: of INP-Former
	Grid   int    `json:"grid,omitempty"`   // Step: patch tokens per side
	Width  int    `json:"width,omitempty"`  // Step: channels of a token
	Taps   int    `json:"taps,omitempty"`   // MultiADS
	Embed  int    `json:"embed,omitempty"`  // MultiADS: channels of the common space
	// MultiADS: of the text matrix, the normal state among them
	Columns int     `json:"columns,omitempty"`
	Rate    float64 `json:"rate,omitempty"` // Step: the learning rate, the same at each
	Clip    float64 `json:"clip,omitempty"` // Step: of the gradients' common norm; 0 for none

	Resize int        `json:"resize,omitempty"` // Look: the preprocessing
	Crop   int        `json:"crop,omitempty"`
	Mean   [3]float32 `json:"mean"`
	Std    [3]float32 `json:"std"`
}

// Network is an encoder's shape.
type Network struct {
	Network   string `json:"network"`
	Side      int    `json:"side"` // pixels
	Width     int    `json:"width"`
	Heads     int    `json:"heads,omitempty"`
	Depth     int    `json:"depth,omitempty"`
	Patch     int    `json:"patch,omitempty"`
	Registers int    `json:"registers,omitempty"`
	Grid      int    `json:"grid"` // patch tokens per side
	Taps      []int  `json:"taps"`
	Embed     int    `json:"embed,omitempty"` // of a pair
	Quick     bool   `json:"quick,omitempty"` // a pair's QuickGELU
	// Shipped is the pair that is part of the program, whose shape need not be said.
	Shipped bool `json:"shipped,omitempty"`
}

// Head is INP-Former's shape and loss.
type Head struct {
	Heads     int     `json:"heads"`
	INPs      int     `json:"inps"`
	Blocks    int     `json:"blocks"`
	Sizes     []int   `json:"sizes"` // levels of each group
	Coherence float64 `json:"coherence"`
	Mining    float64 `json:"mining"`
}

// The files of a task's folder.
const (
	taskFile    = "task.json"
	dataFile    = "data.safetensors"    // inputs, and under "head." what is trained
	encoderFile = "encoder.safetensors" // as the published files are
	pictureFile = "picture.png"
)

// read reads the task of a folder.
func read(dir string) (t Task, err error) {
	content, err := os.ReadFile(filepath.Join(dir, taskFile))
	if err == nil {
		err = json.Unmarshal(content, &t)
	}
	if err != nil {
		return t, fmt.Errorf("bench: %s is no folder of a task: %w", dir, err)
	}
	return t, nil
}

// write writes the task into its folder.
func (t Task) write(dir string) error { return store.WriteJSON(filepath.Join(dir, taskFile), t) }

// String names the task in errors.
func (t Task) String() string {
	s := t.Kind
	if t.Method != "" {
		s += " of " + t.Method
	}
	if t.Encoder != nil {
		s += fmt.Sprintf(", %s at %d pixels", t.Encoder.Network, t.Encoder.Side)
	}
	if t.Batch > 0 {
		s += fmt.Sprintf(", batch %d", t.Batch)
	}
	return s
}
