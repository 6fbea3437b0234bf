package clip

import (
	"fmt"
	"strings"

	"adlab/pkg/layer"
)

// hfNames translates Hugging Face's names to OpenCLIP's.
var hfNames = strings.NewReplacer(
	"text_model.embeddings.token_embedding.", "token_embedding.",
	"text_model.embeddings.position_embedding.weight", "positional_embedding",
	"text_model.encoder.layers.", "transformer.resblocks.",
	"text_model.final_layer_norm.", "ln_final.",
	"text_projection.weight", "text_projection",
	"vision_model.embeddings.class_embedding", "visual.class_embedding",
	"vision_model.embeddings.patch_embedding.", "visual.conv1.",
	"vision_model.embeddings.position_embedding.weight", "visual.positional_embedding",
	"vision_model.pre_layrnorm.", "visual.ln_pre.",
	"vision_model.encoder.layers.", "visual.transformer.resblocks.",
	"vision_model.post_layernorm.", "visual.ln_post.",
	"visual_projection.weight", "visual.proj",
	"self_attn.out_proj.", "attn.out_proj.",
	"layer_norm1.", "ln_1.", "layer_norm2.", "ln_2.",
	"mlp.fc1.", "mlp.c_fc.", "mlp.fc2.", "mlp.c_proj.",
)

// ignored are tensors that the towers do not use.
func ignored(name string) bool {
	switch name {
	case "logit_scale", "logit_bias", "attn_mask", "input_resolution", "context_length",
		"vocab_size":
		return true
	}
	return strings.HasSuffix(name, "position_ids")
}

// openCLIP gives the tensors OpenCLIP's names: Hugging Face's are translated, its three attention
// projections joined and its two embedding projections turned.
func openCLIP(what string, arrays map[string]layer.Array) (map[string]layer.Array, error) {
	out, hf := map[string]layer.Array{}, false
	for name := range arrays {
		hf = hf || strings.HasPrefix(name, "vision_model.")
	}
	for name, a := range arrays {
		switch {
		case ignored(name):
		case !hf:
			out[name] = a
		case strings.Contains(name, "self_attn.k_proj.") ||
			strings.Contains(name, "self_attn.v_proj."):
		case strings.Contains(name, "self_attn.q_proj."):
			joined := layer.Array{Shape: append([]int{3 * a.Shape[0]}, a.Shape[1:]...)}
			for _, part := range []string{"q_proj", "k_proj", "v_proj"} {
				p, ok := arrays[strings.Replace(name, "q_proj", part, 1)]
				if !ok || len(p.Data) != len(a.Data) {
					return nil, fmt.Errorf("%s: expected %s of the shape %v beside %s", what, part,
						a.Shape, name)
				}
				joined.Data = append(joined.Data, p.Data...)
			}
			name = hfNames.Replace(strings.Replace(name, "self_attn.q_proj.", "attn.in_proj_", 1))
			out[name] = joined
		case name == "text_projection.weight" || name == "visual_projection.weight":
			out[hfNames.Replace(name)] = layer.Transposed(a)
		default:
			out[hfNames.Replace(name)] = a
		}
	}
	return out, nil
}
