package tensorfile

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// official are the names of a small DINOv2 with registers, each with a value of its own.
func official() map[string]Tensor {
	out := map[string]Tensor{}
	for i, name := range []string{"cls_token", "pos_embed", "register_tokens",
		"patch_embed.proj.weight", "blocks.0.norm1.weight", "blocks.0.attn.qkv.weight",
		"blocks.1.norm1.weight", "blocks.10.norm1.weight", "norm.weight"} {
		out[name] = F32([]float32{float32(i)}, 1, 1, 1)
	}
	return out
}

// written writes tensors to a file.
func saved(t *testing.T, tensors map[string]Tensor) string {
	path := filepath.Join(t.TempDir(), "w.safetensors")
	require.NoError(t, Write(path, tensors, nil))
	return path
}

// dinov2 reads a file.
func dinov2(t *testing.T, path string) (map[string]Tensor, error) {
	f, err := Open(path)
	require.NoError(t, err)
	t.Cleanup(func() { f.Close() })
	got, _, err := f.DINO()
	return got, err
}

func TestAnyPrefix(t *testing.T) {
	chunked := func(name string) string {
		return strings.NewReplacer("blocks.0.", "blocks.0.0.", "blocks.1.", "blocks.0.1.",
			"blocks.10.", "blocks.3.10.").Replace(name)
	}
	inside := func(name string) string {
		return strings.Replace(name, "attn.", "_fsdp_wrapped_module.attn.", 1)
	}
	for label, rename := range map[string]func(string) string{
		"none": func(n string) string { return n }, "chunked": chunked, "inside": inside,
		"chunked teacher": func(n string) string { return "teacher.backbone." + chunked(n) },
		"compiled":        func(n string) string { return "_orig_mod." + n },
	} {
		renamed := map[string]Tensor{}
		for name, x := range official() {
			renamed[rename(name)] = x
		}
		got, err := dinov2(t, saved(t, renamed))
		require.NoError(t, err, label)
		require.Equal(t, official(), got, label)
	}
	for _, prefix := range []string{"module.", "backbone.", "teacher.backbone.", "student.",
		"model.", "visual.", "encoder.", "model.module.backbone.", "module.model.teacher.",
		"ema_model.", "net.0.", "somebody's."} {
		renamed := map[string]Tensor{"other.head.weight": F32([]float32{1}, 1)}
		for name, x := range official() {
			renamed[prefix+name] = x
		}
		renamed[prefix+"head.weight"], renamed[prefix+"dino_head.mlp.0.bias"] = F32(nil, 0),
			F32(nil, 0)
		got, err := dinov2(t, saved(t, renamed))
		require.NoError(t, err, prefix)
		require.Equal(t, official(), got, prefix)
	}
}

// TestOneOfSeveralNetworks takes averaged weights, then the teacher's.
func TestOneOfSeveralNetworks(t *testing.T) {
	for _, c := range []struct{ want, other string }{{"teacher.backbone.", "student.backbone."},
		{"model_ema.module.", "model."}, {"teacher.", "model."}, {"ema.", "teacher."},
		{"", "student."}, {"model.", "student."}, {"ema.", ""}} {
		both := map[string]Tensor{}
		for name, x := range official() {
			both[c.want+name], both[c.other+name] = x, F32([]float32{99}, 1, 1, 1)
		}
		got, err := dinov2(t, saved(t, both))
		require.NoError(t, err, c.want)
		require.Equal(t, official(), got, c.want)
	}
	both := map[string]Tensor{}
	for name, x := range official() {
		both["left."+name], both["right."+name] = x, x
	}
	_, err := dinov2(t, saved(t, both))
	require.ErrorContains(t, err, "expected one network, got several, below left., right.")
	twice := official()
	twice["module.cls_token"] = twice["cls_token"]
	_, err = dinov2(t, saved(t, twice))
	require.ErrorContains(t, err, `would both be "cls_token"`)
}

func TestWithoutRegisters(t *testing.T) {
	plain := official()
	delete(plain, "register_tokens")
	got, err := dinov2(t, saved(t, plain))
	require.NoError(t, err)
	require.Equal(t, plain, got)
	_, err = dinov2(t, saved(t, map[string]Tensor{"x": F32(nil, 0)}))
	require.ErrorContains(t, err, "no DINOv2 or DINOv3 in it: expected a tensor cls_token")
	require.ErrorContains(t, err, "got x")
}

// TestDINOv3UnderBothNames: what its authors save and what Hugging Face makes of it are the same.
func TestDINOv3UnderBothNames(t *testing.T) {
	part := func(values ...float32) Tensor { return F32(values, len(values)) }
	want := map[string]Tensor{"cls_token": F32([]float32{1}, 1, 1, 1),
		"mask_token":             F32([]float32{2}, 1, 1),
		"register_tokens":        F32([]float32{3}, 1, 1, 1),
		"patch_embed.proj.bias":  part(4),
		"blocks.0.attn.qkv.bias": part(5, 0, 6), "blocks.0.attn.qkv.weight": part(7, 8, 9),
		"blocks.0.mlp.fc1.bias": part(10), "blocks.0.ls1.gamma": part(11), "norm.bias": part(12)}
	saidBy := map[string]map[string]Tensor{"official": {}, "hf": {}}
	for name, x := range want {
		saidBy["official"][strings.Replace(name, "register_tokens", "storage_tokens", 1)] = x
	}
	saidBy["official"]["blocks.0.attn.qkv.bias"] = part(5, 99, 6)
	saidBy["official"]["blocks.0.attn.qkv.bias_mask"] = part(1, 0, 1)
	saidBy["official"]["rope_embed.periods"] = part(1, 2)
	for _, layer := range []string{"layer.0.", "model.layer.0."} {
		saidBy[layer] = map[string]Tensor{"embeddings.cls_token": want["cls_token"],
			"embeddings.mask_token":            F32([]float32{2}, 1, 1, 1),
			"embeddings.register_tokens":       want["register_tokens"],
			"embeddings.patch_embeddings.bias": part(4),
			layer + "attention.q_proj.bias":    part(5),
			layer + "attention.v_proj.bias":    part(6),
			layer + "attention.q_proj.weight":  part(7),
			layer + "attention.k_proj.weight":  part(8),
			layer + "attention.v_proj.weight":  part(9),
			layer + "mlp.up_proj.bias":         part(10),
			layer + "layer_scale1.lambda1":     part(11),
			"norm.bias":                        part(12)}
	}
	delete(saidBy, "hf")
	for by, tensors := range saidBy {
		got, err := dinov2(t, saved(t, tensors))
		require.NoError(t, err, by)
		require.Equal(t, want, got, by)
	}
}

// TestHuggingFaceFolders reads one file, shards by their index, the index of a folder, and half
// precision.
func TestHuggingFaceFolders(t *testing.T) {
	hf := map[string]Tensor{
		"embeddings.cls_token":                 F32([]float32{1}, 1, 1, 1),
		"embeddings.position_embeddings":       F32([]float32{2}, 1, 1, 1),
		"embeddings.register_tokens":           F16([]float32{3}, 1, 1, 1),
		"encoder.layer.0.norm1.weight":         {DTypeBF16, []int{1}, []byte{0x80, 0x40}},
		"encoder.layer.0.mlp.fc1.weight":       F32([]float32{5}, 1, 1),
		"layernorm.weight":                     F32([]float32{6}, 1),
		"encoder.layer.0.layer_scale1.lambda1": F32([]float32{7}, 1),
	}
	for i, part := range []string{"query", "key", "value"} {
		hf["encoder.layer.0.attention.attention."+part+".weight"] = F32([]float32{float32(i)}, 1, 1)
		hf["encoder.layer.0.attention.attention."+part+".bias"] = F32([]float32{float32(i)}, 1)
	}
	dir := t.TempDir()
	config := filepath.Join(dir, "config.json")
	require.NoError(t, os.WriteFile(config, []byte(`{"model_type": "dinov2_with_registers",
		"num_attention_heads": 6}`), 0o666))
	whole := filepath.Join(dir, "model.safetensors")
	require.NoError(t, Write(whole, hf, nil))
	want, err := dinov2(t, whole)
	require.NoError(t, err)
	require.Equal(t, F32([]float32{0, 1, 2}, 3, 1), want["blocks.0.attn.qkv.weight"])
	require.Equal(t, F32([]float32{7}, 1), want["blocks.0.ls1.gamma"])
	got, err := dinov2(t, dir)
	require.NoError(t, err)
	require.Equal(t, want, got)
	f, err := Open(dir)
	require.NoError(t, err)
	defer f.Close()
	require.Equal(t, "6", f.Metadata()["heads"])

	shards, index := []map[string]Tensor{{}, {}}, map[string]string{}
	i := 0
	for name, x := range hf {
		shards[i%2][name] = x
		index[name] = fmt.Sprintf("model-%05d-of-00002.safetensors", i%2+1)
		i++
	}
	require.NoError(t, os.Remove(whole))
	for k, s := range shards {
		require.NoError(t, Write(filepath.Join(dir, fmt.Sprintf("model-%05d-of-00002.safetensors",
			k+1)), s, nil))
	}
	path := whole + ".index.json"
	writeIndex(t, path, index)
	for _, p := range []string{path, dir} {
		got, err = dinov2(t, p)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	x, err := Open(path)
	require.NoError(t, err)
	defer x.Close()
	for _, p := range []string{path, dir} {
		c, err := ReadCheckpoint(p)
		require.NoError(t, err)
		require.Equal(t, hf, c.Tensors)
	}
	require.Len(t, x.Digest(), 64)
	require.NoError(t, os.WriteFile(config, []byte("<html>"), 0o666))
	_, err = Open(dir)
	require.ErrorContains(t, err, "config.json")
}

func writeIndex(t *testing.T, path string, index map[string]string) {
	b, err := json.Marshal(map[string]any{"metadata": map[string]any{"total_size": 1},
		"weight_map": index})
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, b, 0o666))
}

func TestBadShards(t *testing.T) {
	for label, c := range map[string]struct {
		index map[string]string
		want  string
	}{
		"a missing shard": {map[string]string{"a": "there.safetensors", "b": "gone.safetensors"},
			"shard gone.safetensors is missing"},
		"another model": {map[string]string{"z": "there.safetensors"}, `has no tensor "z"`},
		"a shard elsewhere": {map[string]string{"a": "../there.safetensors"},
			"expected shards beside the index"},
		"itself":  {map[string]string{"a": "x.safetensors.index.json"}, "expected shards beside"},
		"nothing": {nil, "weight_map"},
	} {
		dir := t.TempDir()
		require.NoError(t, Write(filepath.Join(dir, "there.safetensors"),
			map[string]Tensor{"a": F32([]float32{1}, 1)}, nil))
		path := filepath.Join(dir, "x.safetensors.index.json")
		writeIndex(t, path, c.index)
		_, err := Open(path)
		require.ErrorContains(t, err, c.want, label)
		require.NotContains(t, err.Error(), "\n", label)
	}
	dir := t.TempDir()
	_, err := Open(dir)
	require.ErrorContains(t, err, "expected a folder with model.safetensors")
	require.NoError(t, os.WriteFile(filepath.Join(dir, "pytorch_model.bin"), nil, 0o666))
	_, err = Open(dir)
	require.ErrorContains(t, err, "adlab weights convert")
}

// TestForeignFilesAreSaid names what people take for weights.
func TestForeignFilesAreSaid(t *testing.T) {
	for label, c := range map[string]struct{ content, want string }{
		"index under another name": {`{"metadata": {"total_size": 1}, "weight_map": {"a": "b"}}`,
			"index of a model in shards"},
		"JSON": {`{"model_type": "dinov2", "hidden_size": 384}`, "JSON text"},
		"HTML": {"\n\n<!-- error --><html><body>404</body></html>", "HTML page"},
		"head": {"<head><title>Sign in</title></head>", "HTML page"},
		"XML": {"<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code></Error>",
			"XML page"},
		"LFS with BOM": {"\ufeffversion https://git-lfs.github.com/spec/v1\n", "git lfs pull"},
		"text":         {"Entry not found, nothing here", "it is a text"},
		"gzip":         {"\x1f\x8b\x08\x00rest of the archive", "gzip archive"},
		"NumPy":        {"\x93NUMPY\x01\x00v\x00{'descr': '<f4'", "NumPy"},
		"GGUF":         {"GGUF\x03\x00\x00\x00\x00\x00\x00\x00", "GGUF"},
		"zip":          {string(zipFileOf(t, "readme.txt")), "no PyTorch pickle"},
		"TorchScript":  {string(zipFileOf(t, "m/constants.pkl")), "TorchScript archive"},
		"checkpoint":   {string(zipFileOf(t, "m/data.pkl")), "PyTorch pickle"},
	} {
		path := filepath.Join(t.TempDir(), "w.safetensors")
		require.NoError(t, os.WriteFile(path, []byte(c.content), 0o666))
		_, err := Open(path)
		require.ErrorContains(t, err, c.want, label)
		require.NotContains(t, err.Error(), "\n", label)
		require.NotContains(t, err.Error(), "header length", label)
		if strings.Contains(err.Error(), "weights convert ") {
			require.ErrorContains(t, err, "weights convert "+path)
		}
	}
}
