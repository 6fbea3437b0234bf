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

// DINOv2 reads a DINOv2 with registers under its official names, without the prefix "encoder.",
// from a file in any of the three layouts. Tensors that lie in the file as they are wanted are
// views of it, valid until Close. The rest of a full INP-Former checkpoint is left out. timm folds
// the class row of the position table into the class token, so a zero row stands in for it.
func (f *File) DINOv2() (map[string]Tensor, Layout, error) {
	names, prefix, layout, err := f.detect()
	if err != nil {
		return nil, "", err
	}
	out := map[string]Tensor{}
	for _, name := range names {
		if isQKVPart(name) != "" {
			continue // stacked below
		}
		official, ok := officialName(name, layout)
		if !ok {
			return nil, "", fmt.Errorf("%s: tensor %q does not belong to a DINOv2 in the %s layout",
				f.path, prefix+name, layout)
		}
		t, err := f.Tensor(prefix + name)
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
		if err := f.stackQKV(names, prefix, out); err != nil {
			return nil, "", err
		}
	}
	return out, layout, nil
}

// detect tells the layout by the name of the register tokens, and lists the encoder's names without
// their prefix.
func (f *File) detect() (names []string, prefix string, layout Layout, err error) {
	for _, prefix := range []string{"", "encoder.", "model.", "dinov2_with_registers."} {
		for _, marker := range []struct {
			name   string
			layout Layout
		}{{"register_tokens", Official}, {"reg_token", Timm},
			{"embeddings.register_tokens", HuggingFace}} {
			if !f.Has(prefix + marker.name) {
				continue
			}
			for _, name := range f.Names() {
				if rest, ok := strings.CutPrefix(name, prefix); ok {
					names = append(names, rest)
				} else if !inpFormerName(name) {
					return nil, "", "", fmt.Errorf("%s: tensor %q is neither the encoder's (%s) "+
						"nor INP-Former's", f.path, name, prefix)
				}
			}
			return names, prefix, marker.layout, nil
		}
	}
	return nil, "", "", fmt.Errorf("%s: no DINOv2 with registers in it: expected a tensor "+
		"register_tokens (official), reg_token (timm) or embeddings.register_tokens (Hugging "+
		"Face), got %s", f.path, Few(f.Names()))
}

func inpFormerName(name string) bool {
	return name == "prototype_token" || strings.HasPrefix(name, "bottleneck.") ||
		strings.HasPrefix(name, "aggregation.") || strings.HasPrefix(name, "decoder.")
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
func (f *File) stackQKV(names []string, prefix string, out map[string]Tensor) error {
	blocks := map[string]bool{}
	for _, name := range names {
		if b := isQKVPart(name); b != "" {
			blocks[b] = true
		}
	}
	for block := range blocks {
		for _, kind := range []string{"weight", "bias"} {
			var whole Tensor
			for _, part := range qkvParts {
				i := slices.IndexFunc(part[:], func(middle string) bool {
					return f.Has(prefix + block + middle + kind)
				})
				if i < 0 {
					return fmt.Errorf("%s: no tensor %q", f.path, prefix+block+part[0]+kind)
				}
				t, err := f.Tensor(prefix + block + part[i] + kind)
				if err != nil {
					return err
				}
				if whole.DType != "" && whole.DType != t.DType {
					return fmt.Errorf("%s: %s%s: expected one dtype for query, key and value, got "+
						"%s and %s", f.path, prefix, block, whole.DType, t.DType)
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
