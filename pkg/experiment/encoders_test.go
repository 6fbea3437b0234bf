package experiment

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"adlab/pkg/clip"
	"adlab/pkg/tensorfile"

	"github.com/stretchr/testify/require"
)

// published are tensors and parameters of the real models. pkg/inpformer/SPEC.md 3 and 14
// count DINOv2's: 176 tensors in small and base, 344 in large. CLIP's parameters are those of
// OpenAI's models, its tensors OpenCLIP's.
var published = map[string][2]int{
	"dinov2_vits14_reg4": {176, 22_058_112}, "dinov2_vitb14_reg4": {176, 86_583_552},
	"dinov2_vitl14_reg4": {344, 304_372_736},
	"dinov2_vits14":      {175, 22_056_576}, "dinov2_vitb14": {175, 86_580_480},
	"dinov2_vitl14": {343, 304_368_640},
	"dinov3_vits16": {175, 21_601_152}, "dinov3_vitb16": {175, 85_669_632},
	"dinov3_vitl16": {343, 303_154_176},
	"ViT-L-14-336":  {446, 427_944_193}, "ViT-B-16": {302, 149_620_737},
}

func TestManifestsAreThePublishedOnes(t *testing.T) {
	t.Setenv("ADLAB_DATA", t.TempDir())
	known, err := KnownEncoders(nil)
	require.NoError(t, err)
	shipped := 0
	for _, k := range known {
		require.Equal(t, 4*k.Numbers, k.Bytes)
		if k.Present == "shipped" {
			shipped++
		}
		if k.Present != "" || k.Fetched {
			continue
		}
		require.Empty(t, k.Present, k.Name)
		require.Equal(t, published[k.Name], [2]int{k.Tensors, k.Numbers}, k.Name)
	}
	require.Equal(t, 3, shipped)
	for name := range published {
		require.True(t, slices.ContainsFunc(known, func(k KnownEncoder) bool {
			return k.Name == name
		}), name)
	}
	shape := func(encoder, tensor string) []int {
		for _, k := range known {
			if k.Name == encoder {
				return k.Manifest[tensor]
			}
		}
		return nil
	}
	require.Equal(t, []int{1, 1370, 768}, shape("dinov2_vitb14_reg4", "pos_embed"))
	require.Equal(t, []int{3072, 1024}, shape("dinov2_vitl14_reg4", "blocks.23.attn.qkv.weight"))
	require.Equal(t, []int{1024, 3, 14, 14}, shape("ViT-L-14-336", "visual.conv1.weight"))
	require.Equal(t, []int{577, 1024}, shape("ViT-L-14-336", "visual.positional_embedding"))
	require.Equal(t, []int{1024, 768}, shape("ViT-L-14-336", "visual.proj"))
	require.Equal(t, []int{49408, 512}, shape("ViT-B-16", "token_embedding.weight"))
}

func TestEncodersSayWhatIsHere(t *testing.T) {
	home := t.TempDir()
	t.Setenv("ADLAB_DATA", home)
	known, err := KnownEncoders(nil)
	require.NoError(t, err)
	tensors := map[string]tensorfile.Tensor{}
	for _, k := range known {
		if k.Name == "dinov2_vits14_reg4" {
			for name, shape := range k.Manifest {
				size := 1
				for _, d := range shape {
					size *= d
				}
				tensors[name] = tensorfile.F16(make([]float32, size), shape...)
			}
		}
	}
	path := filepath.Join(home, "encoders", "any name.safetensors")
	require.NoError(t, tensorfile.Write(path, tensors, nil))
	present := func(files ...string) map[string]string {
		known, err := KnownEncoders(files)
		require.NoError(t, err)
		found := map[string]string{}
		for _, k := range known {
			if filepath.Ext(k.Present) == ".safetensors" {
				found[k.Name] = k.Present
			}
		}
		return found
	}
	require.Equal(t, map[string]string{"dinov2_vits14_reg4": path}, present(),
		"found without being named")

	delete(tensors, "mask_token") // some layouts leave it out
	named := filepath.Join(t.TempDir(), "named.safetensors")
	require.NoError(t, os.Remove(path))
	require.NoError(t, tensorfile.Write(named, tensors, nil))
	require.Equal(t, map[string]string{"dinov2_vits14_reg4": named}, present(named))

	delete(tensors, "blocks.7.ls1.gamma")
	require.NoError(t, tensorfile.Write(named, tensors, nil))
	_, err = KnownEncoders([]string{named})
	require.ErrorContains(t, err, "expected the weights of dinov2_vits14_reg4")
	require.NotContains(t, err.Error(), "\n")
	require.NoError(t, os.Rename(named, path))
	require.Empty(t, present(), "a file that is none of them is passed over where nobody named it")
}

func TestCLIPIsKnownUnderBothNames(t *testing.T) {
	for _, layout := range []string{"openclip", "hf"} {
		path := filepath.Join("..", "..", "testdata", "multiads", "clip_micro_"+layout+
			".safetensors")
		m, err := clip.Open(path, clip.Options{Image: 42, VisionHeads: 2, TextHeads: 2})
		require.NoError(t, err)
		manifest := func() map[string][]int {
			shapes := clip.Shapes(m.Config)
			shapes["logit_scale"] = []int{}
			return shapes
		}
		_, err = identify(path, []KnownEncoder{{Name: "micro", Manifest: manifest()}})
		require.NoError(t, err)
		m.Config.Text.Layers++
		_, err = identify(path, []KnownEncoder{{Name: "deeper", Manifest: manifest()}})
		require.ErrorContains(t, err, "expected the weights of deeper")
	}
}
