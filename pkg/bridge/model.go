package bridge

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"strconv"
	"strings"

	"adlab/pkg/bert"
	"adlab/pkg/encoder"
	"adlab/pkg/imageio"
	"adlab/pkg/layer"
	"adlab/pkg/tensorfile"
	"adlab/pkg/vit"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
)

// Model is both towers and the bridge between them, frozen.
type Model struct {
	Config
	vision *vit.Encoder
	text   *bert.Model
	digest string
	// trained is what New was given
	trained map[string]layer.Array
	store   *model.Store
}

// New joins two towers by what was trained for them.
func New(vision *vit.Encoder, text *bert.Model, trained map[string]layer.Array) (*Model, error) {
	m := &Model{Config: Config{Vision: vision.Config, Text: text.Config,
		Hidden: len(trained["trunk.in.bias"].Data), Embed: len(trained["image.bias"].Data)},
		vision: vision, text: text, trained: trained, store: model.NewStore()}
	if err := m.Config.Validate(); err != nil {
		return nil, err
	}
	if err := layer.CheckNames("bridge", Shapes(m.Config), layer.Shapes(trained)); err != nil {
		return nil, err
	}
	h := sha256.New()
	fmt.Fprintf(h, "bridge\n%s\n%s\n", vision.Digest(), text.Digest())
	if err := layer.WriteContent(h, trained); err != nil {
		return nil, err
	}
	m.digest = fmt.Sprintf("%x", h.Sum(nil))
	for scope, from := range map[string]*model.Store{visionScope: vision.Store(),
		textScope: text.Store()} {
		arrays, err := layer.Get(from, "")
		if err != nil {
			return nil, err
		}
		if err := layer.Put(m.store, scope+".", arrays, false); err != nil {
			return nil, err
		}
	}
	return m, layer.Put(m.store, Scope+".", trained, false)
}

// The entries of a file's header that say which towers it was trained for.
const visionDigest, textDigest, tapsEntry, imageEntry = "bridge.vision", "bridge.text",
	"bridge.taps", "bridge.image"

// Metadata is what a file of the bridge's says of its towers.
func Metadata(vision *vit.Encoder, text *bert.Model) map[string]string {
	return map[string]string{visionDigest: vision.Digest(), textDigest: text.Digest(),
		tapsEntry:  strings.Trim(fmt.Sprint(vision.Config.Taps), "[]"),
		imageEntry: strconv.Itoa(vision.Transform().Crop)}
}

// Open joins the towers of two files by what a third one, or the shipped one, has for them. resize
// and crop are pixels a side before the crop and after it, 0 for those that it was trained at.
// Other towers than it was trained for are an error.
func Open(f *tensorfile.File, visionFile, textFile string, resize, crop int) (*Model, error) {
	meta := f.Metadata()
	var taps []int
	for field := range strings.FieldsSeq(meta[tapsEntry]) {
		tap, err := strconv.Atoi(field)
		if err != nil {
			return nil, fmt.Errorf("%s: %s: expected blocks, got %q", f.Path(), tapsEntry,
				meta[tapsEntry])
		}
		taps = append(taps, tap)
	}
	image, err := strconv.Atoi(meta[imageEntry])
	if err != nil {
		return nil, fmt.Errorf("%s: no bridge in it: its header does not say %s", f.Path(),
			imageEntry)
	}
	trainedFor := vit.Options{Resize: image, Crop: image, Taps: taps}
	vision, err := vit.Open(visionFile, trainedFor)
	if err != nil {
		return nil, err
	}
	text, err := bert.Open(textFile, 0)
	if err != nil {
		return nil, err
	}
	if vision.Digest() != meta[visionDigest] || text.Digest() != meta[textDigest] {
		return nil, fmt.Errorf("%s was trained for other towers than %s and %s", f.Path(),
			visionFile, textFile)
	}
	asked := vit.Options{Resize: cmp.Or(resize, crop, image), Crop: cmp.Or(crop, image), Taps: taps}
	if asked.Resize != image || asked.Crop != image {
		if vision, err = vit.Open(visionFile, asked); err != nil {
			return nil, err
		}
	}
	trained, err := layer.ReadAll(f)
	if err != nil {
		return nil, err
	}
	return New(vision, text, trained)
}

// Name is "bridge-WIDTH-DEPTH".
func (m *Model) Name() string {
	return fmt.Sprintf("bridge-%d-%d", m.Config.Vision.Width, m.Config.Vision.Depth)
}

// Digest covers both towers and what is trained.
func (m *Model) Digest() string { return m.digest }

// Transform is the vision tower's.
func (m *Model) Transform() imageio.Transform { return m.vision.Transform() }

// Grid is the number of patch tokens per side.
func (m *Model) Grid() int { return m.Config.Vision.Grid }

// Width is the vision tower's.
func (m *Model) Width() int { return m.Config.Vision.Width }

// Groups are the taps, each on its own.
func (m *Model) Groups() [][]int { return encoder.Singly(len(m.Config.Vision.Taps)) }

// Store holds both towers and the bridge.
func (m *Model) Store() *model.Store { return m.store }

// Forward gives the patches of every tap: [B, H, W, 3] to [B, N, Dv] each.
func (m *Model) Forward(scope *model.Scope, images *Node) (levels []*Node) {
	for _, level := range m.levels(scope, images) {
		levels = append(levels, Slice(level, AxisRange(), AxisRangeToEnd(1)))
	}
	return levels
}

// levels are the taps, with what the trunk adds.
func (m *Model) levels(scope *model.Scope, images *Node) []*Node {
	taps := Taps(layer.At(scope, visionScope), m.Config, images)
	return Levels(layer.At(scope, Scope), m.Config, taps)
}

// Blocks are the taps, counted from 1.
func (m *Model) Blocks() (blocks []int) {
	for _, tap := range m.Config.Vision.Taps {
		blocks = append(blocks, tap+1)
	}
	return blocks
}

// Embed is the number of channels of the common space.
func (m *Model) Embed() int { return m.Config.Embed }

// Tower is the vision tower in one pass.
func (m *Model) Tower() encoder.Led { return tower{m} }

// Image brings class tokens of the last tap to the common space.
func (m *Model) Image(scope *model.Scope, class *Node) *Node {
	return Image(layer.At(scope, Scope), m.Config, class)
}

// Space is the taps in the common space.
func (m *Model) Space() encoder.Led { return space{m} }

// Adapters are the maps of the taps.
func (m *Model) Adapters() map[string]layer.Array {
	adapters := map[string]layer.Array{}
	for name, a := range m.trained {
		if strings.HasPrefix(name, "fc.") {
			adapters[name] = a
		}
	}
	return adapters
}

// Read gives the pieces of a text.
func (m *Model) Read(text string) ([]int32, error) { return m.text.IDs(text, context), nil }

// Text embeds texts from their pieces.
func (m *Model) Text(scope *model.Scope, ids *Node) *Node {
	vectors := bert.Embed(layer.At(scope, textScope), m.Config.Text, ids)
	return Text(layer.At(scope, Scope), m.Config, vectors)
}

// Cut tells whether a text has more pieces than are read.
func (m *Model) Cut(text string) bool { return m.text.Length(text) > context }

// Unknown are the words of a text that the vocabulary has no pieces for.
func (m *Model) Unknown(text string) []string { return m.text.Unknown(text) }

// tower is the vision tower as MultiADS looks through it.
type tower struct{ *Model }

// Name is "bridge-WIDTH-DEPTH-tower".
func (t tower) Name() string { return t.Model.Name() + "-tower" }

// Digest is the model's, for the tower.
func (t tower) Digest() string { return t.digest + " tower" }

// Leading is 1, the class token.
func (tower) Leading() int { return 1 }

// Forward gives the levels: [B, H, W, 3] to [B, 1+N, Dv] each.
func (t tower) Forward(scope *model.Scope, images *Node) []*Node {
	return t.levels(scope, images)
}

// space is the taps in the common space, the mean of their unit vectors.
type space struct{ *Model }

// Name is "bridge-WIDTH-DEPTH-space".
func (s space) Name() string { return s.Model.Name() + "-space" }

// Digest is the model's, for the space.
func (s space) Digest() string { return s.digest + " space" }

// Width is the common space's.
func (s space) Width() int { return s.Config.Embed }

// Groups is the only level.
func (s space) Groups() [][]int { return encoder.Singly(1) }

// Leading is 1, the image's embedding.
func (space) Leading() int { return 1 }

// Forward gives the image's embedding and its patches: [B, H, W, 3] to [B, 1+N, D].
func (s space) Forward(scope *model.Scope, images *Node) []*Node {
	levels := s.levels(scope, images)
	to := layer.At(scope, Scope)
	var patches []*Node
	for i, level := range levels {
		patches = append(patches, layer.Normalize(Patches(to, s.Config, i, Slice(level, AxisRange(),
			AxisRangeToEnd(1))), 1e-12))
	}
	class := Image(to, s.Config, Squeeze(Slice(levels[len(levels)-1], AxisRange(),
		AxisRange(0, 1)), 1))
	return []*Node{Concatenate([]*Node{ExpandAxes(class, 1), encoder.Mean(patches)}, 1)}
}
