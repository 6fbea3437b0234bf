package tensorfile

import (
	"fmt"
	"slices"
	"strings"
)

// Layout is the naming under which a DINOv2 with registers was saved.
type Layout string

// The three layouts in which weights are published.
const (
	Official    Layout = "official"
	Timm        Layout = "timm"
	HuggingFace Layout = "hf"
)

// DINOv2 reads a DINOv2 with registers under its official names from a file in any of the three
// layouts, below any prefix (see Rooted). Tensors that lie in the file as they are wanted are views
// of it, valid until Close. The rest of a full INP-Former checkpoint and the heads of others are
// left out. timm folds the class row of the position table into the class token, so a zero row
// stands in for it.
func (f *File) DINOv2() (map[string]Tensor, Layout, error) {
	f, layout, err := f.detect()
	if err != nil {
		return nil, "", err
	}
	out := map[string]Tensor{}
	for _, name := range f.Names() {
		if isQKVPart(name) != "" || isHead(name) {
			continue // stacked below, or left out
		}
		official, ok := officialName(name, layout)
		if !ok {
			return nil, "", fmt.Errorf("%s: tensor %q does not belong to a DINOv2 in the %s layout",
				f.path, name, layout)
		}
		t, err := f.Tensor(name)
		if err != nil {
			return nil, "", err
		}
		if layout == Timm && name == "pos_embed" && len(t.Shape) == 3 {
			row := make([]byte, t.DType.Width()*t.Shape[2])
			t = Tensor{t.DType, []int{1, 1 + t.Shape[1], t.Shape[2]}, append(row, t.Data...)}
		}
		out[official] = t
	}
	if layout == HuggingFace {
		if err := f.stackQKV(out); err != nil {
			return nil, "", err
		}
	}
	return out, layout, nil
}

// detect tells the layout by the name of the register tokens, and gives the encoder alone.
func (f *File) detect() (*File, Layout, error) {
	layouts := map[string]Layout{"embeddings.register_tokens": HuggingFace,
		"register_tokens": Official, "reg_token": Timm}
	rooted, marker, ok, err := f.Rooted("embeddings.register_tokens", "register_tokens",
		"reg_token")
	if err != nil || ok {
		return rooted, layouts[marker], err
	}
	got := Few(f.Names())
	if _, _, plain, _ := f.Rooted("embeddings.cls_token", "cls_token"); plain {
		got = "a transformer without registers; take one with, such as dinov2_vitb14_reg4"
	}
	return nil, "", fmt.Errorf("%s: no DINOv2 with registers in it: expected a tensor "+
		"register_tokens (official), reg_token (timm) or embeddings.register_tokens (Hugging "+
		"Face), got %s", f.path, got)
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
	"encoder.layer.", "blocks.",
	"attention.output.dense", "attn.proj",
	"attention.o_proj", "attn.proj",
	"layer_scale1.lambda1", "ls1.gamma",
	"layer_scale2.lambda1", "ls2.gamma",
	"layernorm.", "norm.",
)

// officialName translates a name; false where the layout has no such tensor.
func officialName(name string, layout Layout) (string, bool) {
	switch layout {
	case Timm:
		if name == "reg_token" {
			return "register_tokens", true
		}
	case HuggingFace:
		name = hfNames.Replace(name)
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

// stackQKV puts query, key and value on top of one another, in this order.
func (f *File) stackQKV(out map[string]Tensor) error {
	blocks := map[string]bool{}
	for _, name := range f.Names() {
		if b := isQKVPart(name); b != "" {
			blocks[b] = true
		}
	}
	for block := range blocks {
		for _, kind := range []string{"weight", "bias"} {
			var whole Tensor
			for _, part := range qkvParts {
				i := slices.IndexFunc(part[:], func(middle string) bool {
					return f.Has(block + middle + kind)
				})
				if i < 0 {
					return fmt.Errorf("%s: no tensor %q", f.path, block+part[0]+kind)
				}
				t, err := f.Tensor(block + part[i] + kind)
				if err != nil {
					return err
				}
				if len(t.Shape) == 0 || whole.DType != "" && !slices.Equal(whole.Shape, t.Shape) {
					return fmt.Errorf("%s: %s: expected one shape for query, key and value, got "+
						"%v and %v", f.path, block, whole.Shape, t.Shape)
				}
				if whole.DType != "" && whole.DType != t.DType {
					return fmt.Errorf("%s: %s: expected one dtype for query, key and value, got "+
						"%s and %s", f.path, block, whole.DType, t.DType)
				}
				whole = Tensor{t.DType, t.Shape, append(whole.Data, t.Data...)}
			}
			whole.Shape[0] *= 3
			out[hfNames.Replace(block)+".attn.qkv."+kind] = whole
		}
	}
	return nil
}

// Few joins the first five names and says how many were left out.
func Few(names []string) string {
	if len(names) > 5 {
		return strings.Join(names[:5], ", ") + fmt.Sprintf(" and %d more", len(names)-5)
	}
	return strings.Join(names, ", ")
}
