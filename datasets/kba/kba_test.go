package kba

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"adlab/datasets"

	"github.com/stretchr/testify/require"
)

func TestEveryDataSetHasABase(t *testing.T) {
	require.Len(t, Names(), len(datasets.Vocabularies()))
	for _, v := range datasets.Vocabularies() {
		b, err := Open(v.Key)
		require.NoError(t, err)
		require.Equal(t, v.Types, b.Names(), "the vocabulary's types in its order")
		require.NotEmpty(t, b.Source)
	}
	visa, err := Open("visa")
	require.NoError(t, err)
	for _, x := range visa.Types {
		require.Len(t, x.Prompts, 6, x.Name)
	}
	_, err = Open("coco")
	require.ErrorContains(t, err, `got "coco"`)
}

func TestColumns(t *testing.T) {
	b := &Base{Dataset: "d", Types: []Type{{"dent", []string{"dented [cls]", "[cls] with a dent"}}}}
	s := &Sentences{Normal: []string{"[cls]"}, Templates: []string{"a [state].", "[state]!"}}
	require.Equal(t, [][]string{{"a metal_nut.", "metal_nut!"},
		{"a dented metal_nut.", "dented metal_nut!", "a metal_nut with a dent.",
			"metal_nut with a dent!"}}, b.Columns(s, "metal_nut"))
	require.Equal(t, []Type{{"dent", []string{"[cls] with dent"}}}, b.Single().Types)
	more := b.Extend(&Base{Types: []Type{{"dent", []string{"x [cls]"}},
		{"hole", []string{"y [cls]"}}}})
	require.Equal(t, []Type{{"dent", []string{"x [cls]"}}, {"hole", []string{"y [cls]"}}},
		more.Types)
	require.Len(t, b.Types[0].Prompts, 2, "the base itself is as it was")
	kept, err := more.Keep("hole")
	require.NoError(t, err)
	require.Equal(t, []string{"hole"}, kept.Names())
	_, err = more.Keep("rust")
	require.ErrorContains(t, err, `got "rust"`)
	shipped, err := OpenSentences()
	require.NoError(t, err)
	require.NotEmpty(t, shipped.Templates)
}

func TestBadPromptsNameFileAndLine(t *testing.T) {
	const good = "dataset: d\ntypes:\n  dent:\n    - \"[cls] with a dent\"\n"
	for label, c := range map[string]struct{ old, new, want string }{
		"unknown key": {"dataset", "data",
			`kba.yaml:1: expected the keys dataset, source and types, got "data"`},
		"no prompts": {"\n    - \"[cls] with a dent\"", " []",
			"kba.yaml:3: dent: expected a list of prompts"},
		"no [cls]": {"[cls] with", "it with",
			"kba.yaml:4: dent: expected [cls] in the prompt"},
		"empty": {"[cls] with a dent", "",
			"kba.yaml:4: dent: expected a prompt, got an empty one"},
		"a megabyte": {"a dent", strings.Repeat("x", 1<<20),
			"kba.yaml:4: dent: expected a prompt of at most 1000 bytes"},
		"brackets": {"a dent", "[a dent", "kba.yaml:4: dent: expected balanced brackets"},
		"control": {"a dent", `a\u0001dent`,
			"kba.yaml:4: dent: expected text without control characters"},
		"twice": {good[len("dataset: d\ntypes:\n"):],
			"  dent: [\"[cls]\"]\n  dent: [\"[cls]\"]\n", "kba.yaml"},
		"no types": {good[len("dataset: d\n"):], "",
			"kba.yaml:1: types: expected at least one"},
		"not YAML":      {"dataset: d", "\tdataset: [", "kba.yaml: yaml:"},
		"not a mapping": {good, "- a\n", "kba.yaml:1: expected keys and values"},
		"prompt not text": {`"[cls] with a dent"`, "{a: b}",
			"kba.yaml:4: dent: expected a prompt as text"},
	} {
		file := filepath.Join(t.TempDir(), "kba.yaml")
		require.NoError(t, os.WriteFile(file, []byte(strings.Replace(good, c.old, c.new, 1)),
			0o666))
		_, err := Read(file)
		require.ErrorContains(t, err, c.want, label)
		require.NotContains(t, err.Error(), "\n", label)
	}
	file := filepath.Join(t.TempDir(), "kba.yaml")
	require.NoError(t, os.WriteFile(file, []byte(strings.Replace(good, "a dent", "찍힘 🔩", 1)),
		0o666))
	b, err := Read(file)
	require.NoError(t, err, "Korean and emoji are text")
	require.Equal(t, "[cls] with 찍힘 🔩", b.Types[0].Prompts[0])
}

func TestYAMLReadsBack(t *testing.T) {
	for _, name := range Names() {
		b, err := Open(name)
		require.NoError(t, err)
		text, err := b.YAML()
		require.NoError(t, err)
		file := filepath.Join(t.TempDir(), "mine.yaml")
		require.NoError(t, os.WriteFile(file, []byte(text), 0o666))
		again, err := Read(file)
		require.NoError(t, err, text)
		require.Equal(t, b, again)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("dataset: d\ntypes:\n  dent: [\"[cls]\"]\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		base, err := Parse("f.yaml", string(b))
		if err != nil {
			require.ErrorContains(t, err, "f.yaml")
			require.NotContains(t, err.Error(), "\n")
			return
		}
		require.NotEmpty(t, base.Types)
	})
}

// FuzzSentences fuzzes the phrases and templates that prompts are put into.
func FuzzSentences(f *testing.F) {
	f.Add("normal: [\"perfect [cls]\"]\ntemplates: [\"a photo of [state]\"]\n")
	f.Add("normal: &a [\"[cls]\", *a]\ntemplates: *a\n")
	f.Add("source: x\n? [a]\n: b\n")
	f.Fuzz(func(t *testing.T, text string) {
		s, err := ParseSentences("sentences.yaml", text)
		if err != nil {
			require.ErrorContains(t, err, "sentences.yaml")
			require.NotContains(t, err.Error(), "\n")
			return
		}
		require.NotEmpty(t, s.Normal)
		require.NotEmpty(t, s.Templates)
	})
}
