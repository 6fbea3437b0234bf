package verify

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"

	"adlab/pkg/clip"
	"adlab/pkg/imageio"
	"adlab/pkg/layer"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

var multiADSGroups = []group{
	{"tokenizer", tokenizer}, {"preprocess", clipPreprocess}, {"posembed", clipPosition},
	{"clip", clipTowers}, {"clip_names", clipNames},
	{"text_features", textFeatures}, {"train", adaptersTraining}, {"infer", inference},
	{"mtas", multiType}, {"metrics", multiADSMetricCases},
}

// tokenizer: ids of every string, exactly, and the digest over all prompts of a product.
func tokenizer(c *checker) {
	var j struct {
		Cases []struct{ Text string }
		Full  struct {
			Object string
			SHA    string `json:"sha256_int32_le"`
		} `json:"visa_full"`
	}
	c.json("tokenizer", &j)
	want := must(c.file("tokenizer").Int64s("ids", len(j.Cases), clip.Context))
	for i, x := range j.Cases {
		ids, wrong := clip.Tokenize(x.Text).IDs, 0.0
		for k, id := range ids {
			wrong = max(wrong, math.Abs(float64(id)-float64(want[i*clip.Context+k])))
		}
		c.note(fmt.Sprintf("%.40q", x.Text), wrong, 0)
	}
	if j.Full.SHA == "" {
		return
	}
	p := c.prompts()
	h := sha256.New()
	for _, state := range p.States["visa_train"] {
		for _, text := range p.sentences(state.Phrases, j.Full.Object) {
			ids := clip.Tokenize(text).IDs
			check(binary.Write(h, binary.LittleEndian, ids[:]))
		}
	}
	differs := 0.0
	if fmt.Sprintf("%x", h.Sum(nil)) != j.Full.SHA {
		differs = 1
	}
	c.note("all prompts of "+j.Full.Object, differs, 0)
}

// prompts are the folder's lists.
type prompts struct {
	Templates []string
	States    map[string][]state
	Filter    map[string]map[string][]string `json:"product_to_defects_filter"`
	MTAS      map[string]map[string][]string `json:"product_to_defects_mtas"`
	Columns   map[string][]string            `json:"mtas_column_names"`
}

// state is a column of the text matrix: the normal state or a defect type, with its phrases.
type state struct {
	Name    string
	Phrases []string
}

// UnmarshalJSON reads [name, [phrases]].
func (s *state) UnmarshalJSON(b []byte) error {
	return json.Unmarshal(b, &[]any{&s.Name, &s.Phrases})
}

func (c *checker) prompts() (p prompts) {
	c.json("prompts", &p)
	return p
}

// sentences are all phrases in all templates, phrase by phrase.
func (p prompts) sentences(phrases []string, object string) (out []string) {
	for _, phrase := range phrases {
		for _, template := range p.Templates {
			out = append(out, strings.ReplaceAll(template, "{}", strings.ReplaceAll(phrase, "{}",
				object)))
		}
	}
	return out
}

// clipPreprocess: bicubic resize bit by bit, normalised numbers, masks to fractions, bits and ids.
func clipPreprocess(c *checker) {
	var j struct {
		Size      int
		Mean, Std [3]float32
		Files     []struct{ Image, Mask string }
	}
	c.json("preprocess", &j)
	f := c.file("preprocess")
	t := imageio.Transform{Resize: j.Size, Crop: j.Size, Mean: j.Mean, Std: j.Std,
		Filter: imageio.Bicubic}
	check(t.Validate(1))
	for _, file := range j.Files {
		name := strings.TrimSuffix(file.Image, ".png")
		m := must(imageio.Decode(c.local(file.Image)))
		c.note(name+" resized", largestByteError(t.Picture(m).Pix,
			must(f.Uint8s(name+".resized_u8"))), 0)
		pixels := make([]float32, j.Size*j.Size*3)
		t.Apply(pixels, m)
		c.floats(name+" tensor", channelsFirst(pixels, j.Size),
			c.array("preprocess", name+".tensor").Data, 1e-5)

		name = strings.TrimSuffix(file.Mask, ".png")
		mask := must(imageio.DecodeMask(c.local(file.Mask)))
		fractions := t.Mask(imageio.Binary(mask))
		c.floats(name+" resized", fractions, c.array("preprocess", name+".resized").Data, 1e-5)
		bits := make([]float32, len(fractions))
		for i, v := range fractions {
			if v > 0.5 {
				bits[i] = 1
			}
		}
		c.floats(name+" binary", bits, c.array("preprocess", name+".binary").Data, 0)
		worst := 0.0
		typed := imageio.Nearest(&imageio.Image{W: mask.W, H: mask.H, C: 1,
			Pix: must(f.Uint8s(name+".ids", mask.H, mask.W))}, j.Size, j.Size)
		for i, id := range must(f.Int64s(name+".typed", j.Size, j.Size)) {
			worst = max(worst, math.Abs(float64(id)-float64(typed.Pix[i])))
		}
		c.note(name+" typed", worst, 0)
	}
}

func largestByteError(got, want []uint8) float64 {
	if len(got) != len(want) {
		panic(fmt.Errorf("expected %d bytes, got %d", len(want), len(got)))
	}
	worst := 0.0
	for i := range got {
		worst = max(worst, math.Abs(float64(got[i])-float64(want[i])))
	}
	return worst
}

// clipPosition: position tables between grids of every pair of sizes in the folder.
func clipPosition(c *checker) {
	f := c.file("posembed")
	for _, name := range f.Names() {
		pair, ok := strings.CutSuffix(name, ".in")
		if !ok {
			continue
		}
		var n, s int
		if _, err := fmt.Sscanf(pair, "g%d_to_g%d", &n, &s); err != nil {
			panic(fmt.Errorf("posembed: tensor %s: %w", name, err))
		}
		out := must(CallOnce(c.backend, func(x *Node) *Node {
			return clip.Position(x, n, s)
		}, c.tensor("posembed", name)))
		c.against(out, "posembed", pair+".out", 5e-5)
	}
}

// clipJSON is the shape of a pair of towers.
type clipJSON struct {
	Vision struct {
		Heads int
		Image int `json:"image_size"`
		Taps  []int
	}
	Text  struct{ Heads int }
	Texts []string
}

func (j clipJSON) options() clip.Options {
	return clip.Options{Image: j.Vision.Image, Taps: j.Vision.Taps, VisionHeads: j.Vision.Heads,
		TextHeads: j.Text.Heads}
}

// clipModel loads the folder's towers; rows of the token table that it leaves out are zero.
func (c *checker) clipModel(quick bool) *clip.Model {
	var j clipJSON
	c.json("clip_tiny", &j)
	arrays := map[string]layer.Array{}
	for _, name := range c.file("clip_tiny").Names() {
		if name != "token_embedding.ids" {
			arrays[name] = c.array("clip_tiny", name)
		}
	}
	if rows, reduced := arrays["token_embedding.rows"]; reduced {
		width := rows.Shape[1]
		table := layer.Array{Shape: []int{clip.Vocabulary, width},
			Data: make([]float32, clip.Vocabulary*width)}
		for i, id := range must(c.file("clip_tiny").Int64s("token_embedding.ids")) {
			copy(table.Data[int(id)*width:], rows.Data[i*width:(i+1)*width])
		}
		delete(arrays, "token_embedding.rows")
		arrays["token_embedding.weight"] = table
	}
	opt := j.options()
	opt.QuickGELU = quick
	return must(clip.New("clip_tiny.safetensors", arrays, opt))
}

// ids reads a matrix of token ids for a graph.
func (c *checker) ids(file, name string) *tensors.Tensor {
	var ids []int32
	for _, id := range must(c.file(file).Int64s(name)) {
		ids = append(ids, int32(id))
	}
	return tensors.FromFlatDataAndDimensions(ids, c.file(file).Shape(name)...)
}

// clipTowers: position table, every tap, image and text embeddings, with both activations.
func clipTowers(c *checker) {
	var j clipJSON
	c.json("clip_tiny", &j)
	ids := c.ids("clip_tiny_io", "text_ids")
	for i, text := range j.Texts {
		got := clip.Tokenize(text).IDs
		want := tensors.MustCopyFlatData[int32](ids)[i*clip.Context : (i+1)*clip.Context]
		c.note(fmt.Sprintf("ids of %.30q", text),
			map[bool]float64{false: 1}[slices.Equal(got[:], want)], 0)
	}
	images := c.images("clip_tiny_io", "image")
	for _, quick := range []bool{false, true} {
		prefix := map[bool]string{true: "quick_gelu."}[quick]
		m := c.clipModel(quick)
		outputs := must(model.CallOnceN(c.backend, m.Store(),
			func(scope *model.Scope, images, ids *Node) []*Node {
				cfg := m.Config
				table := layer.Param(scope.At("visual"), images.Graph(), "positional_embedding",
					1+cfg.StoredGrid*cfg.StoredGrid, cfg.Vision.Width)
				taps, image := clip.Vision(scope, cfg, images)
				return append([]*Node{clip.Position(table, cfg.StoredGrid, cfg.Grid), image,
					clip.Text(scope, cfg, ids)}, taps...)
			}, images, ids))
		compare := func(out *tensors.Tensor, name string) {
			if !c.file("clip_tiny_io").Has(prefix + name) {
				return
			}
			want := c.array("clip_tiny_io", prefix+name).Data
			worst, largest := difference(name, tensors.MustCopyFlatData[float32](out), want)
			c.note(prefix+name, worst, 1e-4*(1+largest))
		}
		compare(outputs[0], "pos_embed_resized")
		compare(outputs[1], "image_embedding")
		compare(outputs[2], "text_embedding")
		for i, tap := range m.Config.Taps {
			compare(outputs[3+i], fmt.Sprintf("tap_%d", tap))
		}
	}
}

// clipNames: the same towers under both layouts of names give the same outputs.
func clipNames(c *checker) {
	var j clipJSON
	c.json("clip_micro", &j)
	for _, layout := range []string{"openclip", "hf"} {
		m := must(clip.Open(c.file("clip_micro_"+layout).Path(), j.options()))
		outputs := must(model.CallOnceN(c.backend, m.Store(),
			func(scope *model.Scope, images, ids *Node) []*Node {
				taps, image := clip.Vision(scope, m.Config, images)
				return append([]*Node{image, clip.Text(scope, m.Config, ids)}, taps...)
			}, c.images("clip_micro_io", "image"), c.ids("clip_micro_io", "text_ids")))
		for i, name := range []string{"image_embedding", "text_embedding"} {
			c.floats(layout+" "+name, tensors.MustCopyFlatData[float32](outputs[i]),
				c.array("clip_micro_io", name).Data, 1e-4)
		}
		for i, tap := range m.Config.Taps {
			name := fmt.Sprintf("tap_%d", tap)
			c.floats(layout+" "+name, tensors.MustCopyFlatData[float32](outputs[2+i]),
				c.array("clip_micro_io", name).Data, 1e-4)
		}
	}
}
