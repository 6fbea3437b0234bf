package main

import (
	"bufio"
	"debug/buildinfo"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestTheBillOfMaterialsIsTheProgram: what the program says of itself is what Go reads in its file,
// and every checksum is that of go.sum.
func TestTheBillOfMaterialsIsTheProgram(t *testing.T) {
	out, stderr, code := adlab("version", "--sbom")
	require.Zero(t, code, stderr)
	var b bom
	require.NoError(t, json.Unmarshal([]byte(out), &b))
	require.Equal(t, []string{"CycloneDX", "1.6"}, []string{b.Format, b.Spec})
	require.Equal(t, "adlab", b.Metadata.Component.Name)
	require.Equal(t, "application", b.Metadata.Component.Type)

	info, err := buildinfo.ReadFile(command)
	require.NoError(t, err)
	require.Len(t, b.Components, len(info.Deps)+1, "the modules and Go's own library")
	sums := goSums(t)
	refs := map[string]bool{}
	for _, p := range b.Components {
		require.False(t, refs[p.Ref], "%s twice", p.Ref)
		refs[p.Ref] = true
		require.Equal(t, p.Purl, p.Ref)
		if p.Name == "std" {
			require.Regexp(t, `^1\.\d+`, p.Version)
			continue
		}
		require.Len(t, p.Hashes, 1, p.Name)
		require.Equal(t, "SHA-256", p.Hashes[0].Alg)
		require.Equal(t, sums[p.Name+" "+p.Version], p.Hashes[0].Content, p.Name)
	}
	for _, name := range []string{"github.com/gomlx/gomlx", "github.com/gomlx/go-xla",
		"golang.org/x/image"} {
		require.Contains(t, out, `"name": "`+name+`"`)
	}
	require.Len(t, b.Dependencies, 1)
	require.Equal(t, b.Metadata.Component.Ref, b.Dependencies[0].Ref)
	for _, ref := range b.Dependencies[0].On {
		require.Contains(t, refs, ref)
	}
	again, _, _ := adlab("version", "--sbom")
	require.Equal(t, out, again)
}

// goSums are the checksums of go.sum in hexadecimal digits, by module and version.
func goSums(t *testing.T) map[string]string {
	f, err := os.Open(filepath.Join("..", "..", "..", "go.sum"))
	require.NoError(t, err)
	defer f.Close()
	sums := map[string]string{}
	for lines := bufio.NewScanner(f); lines.Scan(); {
		words := strings.Fields(lines.Text())
		raw, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(words[2], "h1:"))
		require.NoError(t, err)
		sums[words[0]+" "+words[1]] = hex.EncodeToString(raw)
	}
	require.NotEmpty(t, sums)
	return sums
}

func TestABillOfReplacedModules(t *testing.T) {
	sum := "h1:" + base64.StdEncoding.EncodeToString(make([]byte, 32))
	info := &debug.BuildInfo{GoVersion: "go1.26.5 X:simd", Main: debug.Module{Path: "adlab"},
		Deps: []*debug.Module{
			{Path: "a.b/c", Version: "v1.0.0", Sum: sum,
				Replace: &debug.Module{Path: "d.e/f", Version: "v4.4.0+incompatible", Sum: sum}},
			{Path: "g.h/i", Version: "v1.0.0", Replace: &debug.Module{Path: "./here"}},
		}}
	b, err := billOf(info, "1")
	require.NoError(t, err)
	var names []string
	for _, p := range b.Components {
		names = append(names, p.Ref)
	}
	require.Equal(t, []string{"pkg:golang/./here@", "pkg:golang/d.e/f@v4.4.0%2Bincompatible",
		"pkg:golang/std@1.26.5"}, names)
	require.Empty(t, b.Components[0].Hashes)

	info.Deps[0].Replace.Sum = "h1:short"
	_, err = billOf(info, "1")
	require.ErrorContains(t, err, `module d.e/f: expected a checksum h1:..., got "h1:short"`)
}
