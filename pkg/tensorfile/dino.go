package tensorfile

import (
	"fmt"
	"slices"
	"strings"
)

// Layout is the naming under which a DINOv2 or DINOv3 was saved.
type Layout string

// The layouts in which weights are published.
const (
	Official          Layout = "official"
	Timm              Layout = "timm"
	HuggingFace       Layout = "hf"
	OfficialDINOv3    Layout = "official-dinov3"
	HuggingFaceDINOv3 Layout = "hf-dinov3"
)

// DINOv3 tells whether it is a DINOv3's, which has rotary positions in the place of a table.
func (l Layout) DINOv3() bool { return l == OfficialDINOv3 || l == HuggingFaceDINOv3 }

func (l Layout) huggingFace() bool { return l == HuggingFace || l == HuggingFaceDINOv3 }

// DINO reads a DINOv2 or a DINOv3 under DINOv2's official names from a file in any of the
// layouts, below any prefix (see Rooted). Tensors that lie in the file as they are wanted are views
// of it, valid until Close. The rest of a full INP-Former checkpoint and the heads of others are
// left out. timm folds the class row of the position table into the class token where there are
// registers, so a zero row stands in for it; it saves a DINOv2 without registers as its authors do.
// A DINOv3 has no position table; a bias of keys, which it has not, is zero.
func (f *File) DINO() (map[string]Tensor, Layout, error) {
	f, layout, err := f.detect()
	if err != nil {
		return nil, "", err
	}
	out := map[string]Tensor{}
	for _, name := range f.Names() {
		if isQKVPart(name) != "" || isHead(name) || isRotary(name) {
			continue // stacked below, or left out
		}
		official, ok := officialName(name, layout)
		if !ok {
			return nil, "", fmt.Errorf("%s: tensor %q does not belong to a DINOv2 or DINOv3 in "+
				"the layout %s", f.path, name, layout)
		}
		t, err := f.Tensor(name)
		if err != nil {
			return nil, "", err
		}
		if layout == Timm && name == "pos_embed" && len(t.Shape) == 3 {
			row := make([]byte, t.DType.Width()*t.Shape[2])
			t = Tensor{t.DType, []int{1, 1 + t.Shape[1], t.Shape[2]}, append(row, t.Data...)}
		}
		if official == "mask_token" && len(t.Shape) == 3 { // DINOv3's has an axis more
			t.Shape = t.Shape[1:]
		}
		if strings.HasSuffix(name, ".attn.qkv.bias") && f.Has(name+"_mask") {
			t = withoutKeys(t)
		}
		out[official] = t
	}
	if layout.huggingFace() {
		if err := f.stackQKV(out); err != nil {
			return nil, "", err
		}
	}
	return out, layout, nil
}

// detect tells the layout by the name of the register tokens, or without these of the class token,
// and gives the encoder alone.
func (f *File) detect() (*File, Layout, error) {
	layouts := map[string]Layout{"embeddings.register_tokens": HuggingFace,
		"register_tokens": Official, "storage_tokens": OfficialDINOv3, "reg_token": Timm,
		"embeddings.cls_token": HuggingFace, "cls_token": Official}
	rooted, marker, ok, err := f.Rooted("embeddings.register_tokens", "register_tokens",
		"storage_tokens", "reg_token", "embeddings.cls_token", "cls_token")
	if err != nil {
		return nil, "", err
	}
	if ok {
		layout := layouts[marker]
		if layout == HuggingFace && slices.ContainsFunc(rooted.Names(), func(name string) bool {
			return strings.HasSuffix(name, ".mlp.up_proj.weight")
		}) {
			layout = HuggingFaceDINOv3
		}
		return rooted, layout, nil
	}
	return nil, "", fmt.Errorf("%s: no DINOv2 or DINOv3 in it: expected a tensor cls_token "+
		"(official, timm) or embeddings.cls_token (Hugging Face), got %s", f.path, Few(f.Names()))
}

// isRotary tells what a DINOv3 keeps beside its weights: the periods of its positions, which follow
// from the width of a head, and what its bias of keys is multiplied with.
func isRotary(name string) bool {
	return strings.HasPrefix(name, "rope_embed.") || strings.HasSuffix(name, ".bias_mask")
}

// withoutKeys is a bias of queries, keys and values with zeros for the keys'.
func withoutKeys(t Tensor) Tensor {
	data := slices.Clone(t.Data)
	clear(data[len(data)/3 : 2*len(data)/3])
	return Tensor{t.DType, t.Shape, data}
}

// isHead tells what other programs train on top of an encoder.
func isHead(name string) bool {
	first, _, below := strings.Cut(name, ".")
	return below && (first == "fc" || first == "classifier" || first == "fc_norm" ||
		first == "criterion" || strings.HasSuffix(first, "loss") ||
		strings.Contains(name, "head."))
}

var hfNames = strings.NewReplacer(
	"embeddings.cls_token", "cls_token",
	"embeddings.position_embeddings", "pos_embed",
	"embeddings.register_tokens", "register_tokens",
	"embeddings.mask_token", "mask_token",
	"embeddings.patch_embeddings.projection", "patch_embed.proj",
	"embeddings.patch_embeddings", "patch_embed.proj", // from here on DINOv3's too
	"encoder.layer.", "blocks.",
	"model.layer.", "blocks.",
	"attention.output.dense", "attn.proj",
	"attention.o_proj", "attn.proj",
	"layer_scale1.lambda1", "ls1.gamma",
	"layer_scale2.lambda1", "ls2.gamma",
	"mlp.up_proj", "mlp.fc1",
	"mlp.down_proj", "mlp.fc2",
	"layernorm.", "norm.",
)

// hfName is a Hugging Face name as the official code has it.
func hfName(name string) string {
	if rest, ok := strings.CutPrefix(name, "layer."); ok { // DINOv3's, in some generations
		name = "model.layer." + rest
	}
	return hfNames.Replace(name)
}

// officialName translates a name; false where the layout has no such tensor.
func officialName(name string, layout Layout) (string, bool) {
	switch layout {
	case OfficialDINOv3:
		if name == "storage_tokens" {
			return "register_tokens", true
		}
	case Timm:
		if name == "reg_token" {
			return "register_tokens", true
		}
	case HuggingFace, HuggingFaceDINOv3:
		name = hfName(name)
	}
	for _, known := range []string{"cls_token", "pos_embed", "register_tokens", "mask_token",
		"patch_embed.proj.", "norm.", "blocks."} {
		if name == known || strings.HasSuffix(known, ".") && strings.HasPrefix(name, known) {
			return name, true
		}
	}
	return "", false
}

// isQKVPart gives the block prefix of a Hugging Face query, key or value tensor, of either
// generation of names.
func isQKVPart(name string) string {
	for _, part := range qkvParts {
		for _, middle := range part {
			if i := strings.Index(name, middle); i >= 0 {
				return name[:i]
			}
		}
	}
	return ""
}

var qkvParts = [3][2]string{
	{".attention.attention.query.", ".attention.q_proj."},
	{".attention.attention.key.", ".attention.k_proj."},
	{".attention.attention.value.", ".attention.v_proj."},
}

// stackQKV puts query, key and value on top of one another, in this order. Keys without a bias have
// one of zeros.
func (f *File) stackQKV(out map[string]Tensor) error {
	blocks := map[string]bool{}
	for _, name := range f.Names() {
		if b := isQKVPart(name); b != "" {
			blocks[b] = true
		}
	}
	for block := range blocks {
		for _, kind := range []string{"weight", "bias"} {
			whole, err := f.stacked(block, kind)
			if err != nil {
				return err
			}
			out[hfName(block)+".attn.qkv."+kind] = whole
		}
	}
	return nil
}

func (f *File) stacked(block, kind string) (whole Tensor, err error) {
	for n, part := range qkvParts {
		i := slices.IndexFunc(part[:], func(middle string) bool {
			return f.Has(block + middle + kind)
		})
		var t Tensor
		switch {
		case i >= 0:
			if t, err = f.Tensor(block + part[i] + kind); err != nil {
				return whole, err
			}
		case n == 1 && kind == "bias" && whole.DType != "":
			t = Tensor{whole.DType, slices.Clone(whole.Shape), make([]byte, len(whole.Data))}
		default:
			return whole, fmt.Errorf("%s: no tensor %q", f.path, block+part[0]+kind)
		}
		if len(t.Shape) == 0 || whole.DType != "" && !slices.Equal(whole.Shape, t.Shape) {
			return whole, fmt.Errorf("%s: %s: expected one shape for query, key and value, got "+
				"%v and %v", f.path, block, whole.Shape, t.Shape)
		}
		if whole.DType != "" && whole.DType != t.DType {
			return whole, fmt.Errorf("%s: %s: expected one dtype for query, key and value, got "+
				"%s and %s", f.path, block, whole.DType, t.DType)
		}
		whole = Tensor{t.DType, t.Shape, append(whole.Data, t.Data...)}
	}
	whole.Shape = slices.Clone(whole.Shape)
	whole.Shape[0] *= 3
	return whole, nil
}

// Few joins the first five names and says how many were left out.
func Few(names []string) string {
	if len(names) > 5 {
		return strings.Join(names[:5], ", ") + fmt.Sprintf(" and %d more", len(names)-5)
	}
	return strings.Join(names, ", ")
}
