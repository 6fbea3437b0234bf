// Package page writes the page of the lab in a browser's tab: its own files, the module that
// tools/wasm.sh builds, heads of some data sets and pictures to try them on.
package page

import (
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"adlab/datasets"
	"adlab/pkg/exhibit"
	"adlab/pkg/experiment"
	"adlab/pkg/store"
)

//go:embed files
var files embed.FS

const (
	// Name is the page's file, Folder that of all else, beside it.
	Name   = "try.html"
	Folder = "try"
	// Inlined is the script, in Folder, of all that the page fetches: a browser gives a page that
	// was opened as a file no other files but scripts.
	Inlined = "inlined.js"
)

// Set is a data set on the page.
type Set struct {
	Name  string
	Title exhibit.Words
	From  exhibit.Words         // source and licence
	Good  []datasets.Sample     // what its heads learn from
	Shown []datasets.Sample     // to look at; never among Good
	INPs  []int                 // M of each of its heads
	By    experiment.Experiment // how heads are trained
	// Product is how MultiADS's prompts call what is in the pictures, Types are those of defects
	// that it is asked about at first.
	Product string
	Types   []string
}

// The manifest is what the page knows of its own files.
type (
	manifest struct {
		Module int            `json:"module"` // bytes of try.wasm.gz
		Sets   []manifestSet  `json:"sets"`
		Words  *manifestWords `json:"words"`
	}
	manifestSet struct {
		Name    string           `json:"name"`
		Title   exhibit.Words    `json:"title"`
		From    exhibit.Words    `json:"from"`
		Heads   []manifestHead   `json:"heads"`
		Samples []manifestSample `json:"samples"`
		Product string           `json:"product"`
		Types   []string         `json:"types"`
	}
	manifestHead struct {
		Name string `json:"name"`
		File string `json:"file"`
		INPs int    `json:"inps"`
	}
	manifestSample struct {
		File  string        `json:"file"`
		Title exhibit.Words `json:"title"`
	}
)

// Write writes the page into a folder. Heads are fitted where they are not in the cache; module is
// the folder that tools/wasm.sh wrote. words is how MultiADS is trained.
func Write(ctx context.Context, v *experiment.Env, sets []Set, words experiment.Experiment, module,
	out string) error {
	m := manifest{}
	for _, name := range []string{"try.wasm.gz", "wasm_exec.js", "NOTICE.txt", weightsFile,
		mergesFile} {
		b, err := os.ReadFile(filepath.Join(module, name))
		if err != nil {
			return fmt.Errorf("%w; build the module with `bash tools/wasm.sh %s`", err, module)
		}
		if err := store.WriteFile(filepath.Join(out, Folder, name), b); err != nil {
			return err
		}
		if name == "try.wasm.gz" {
			m.Module = len(b)
		}
	}
	for _, set := range sets {
		written, err := set.write(ctx, v, out)
		if err != nil {
			return fmt.Errorf("%s: %w", set.Name, err)
		}
		m.Sets = append(m.Sets, written)
	}
	var err error
	if m.Words, err = writeWords(ctx, v, words, sets, out); err != nil {
		return fmt.Errorf("words: %w", err)
	}
	if err := store.WriteJSON(filepath.Join(out, Folder, "manifest.json"), m); err != nil {
		return err
	}
	if err := writeFiles(out); err != nil {
		return err
	}
	return inline(m, out)
}

// inline writes what the page fetches, from the folder, as a script of paths and base64.
func inline(m manifest, out string) error {
	var names []string
	for _, name := range []string{"manifest.json", "try.wasm.gz", "wasm_exec.js", "memfs.js",
		"engine.js", "worker.js"} {
		names = append(names, path.Join(Folder, name))
	}
	for _, set := range m.Sets {
		for _, h := range set.Heads {
			names = append(names, h.File)
		}
		for _, s := range set.Samples {
			names = append(names, s.File)
		}
	}
	names = append(names, m.Words.File, m.Words.Weights, m.Words.Merges,
		m.Words.Texts)
	contents := map[string][]byte{}
	for _, name := range names {
		b, err := os.ReadFile(filepath.Join(out, filepath.FromSlash(name)))
		if err != nil {
			return err
		}
		contents[name] = b
	}
	text, err := json.Marshal(contents) // bytes are base64 there
	if err != nil {
		return err
	}
	text = fmt.Appendf(nil, "globalThis.inlined = %s;\n", text)
	return store.WriteFile(filepath.Join(out, Folder, Inlined), text)
}

// writeFiles writes the page's own files.
func writeFiles(out string) error {
	return fs.WalkDir(files, "files", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := files.ReadFile(name)
		if err != nil {
			return err
		}
		to := filepath.Join(out, Folder, path.Base(name))
		if path.Base(name) == Name {
			to = filepath.Join(out, Name)
		}
		return store.WriteFile(to, b)
	})
}

// write writes a set's heads and samples.
func (s Set) write(ctx context.Context, v *experiment.Env, out string) (manifestSet, error) {
	m := manifestSet{Name: s.Name, Title: s.Title, From: s.From, Product: s.Product,
		Types: s.Types}
	for _, inps := range s.INPs {
		name := fmt.Sprintf("%s-%d", s.Name, inps)
		file := path.Join(Folder, "heads", name+".safetensors")
		if err := s.head(ctx, v, inps, filepath.Join(out, filepath.FromSlash(file))); err != nil {
			return m, err
		}
		m.Heads = append(m.Heads, manifestHead{name, file, inps})
	}
	for i, sample := range s.Shown {
		b, err := os.ReadFile(sample.Path)
		if err != nil {
			return m, err
		}
		file := path.Join(Folder, "samples", fmt.Sprintf("%s-%d%s", s.Name, i+1,
			strings.ToLower(filepath.Ext(sample.Path))))
		if err := store.WriteFile(filepath.Join(out, filepath.FromSlash(file)), b); err != nil {
			return m, err
		}
		m.Samples = append(m.Samples, manifestSample{file, titleOf(sample)})
	}
	return m, nil
}

// titleOf says what a sample is.
func titleOf(s datasets.Sample) exhibit.Words {
	if s.Label == 0 {
		return exhibit.Words{EN: "good", KO: "정상"}
	}
	kind := strings.ReplaceAll(s.DefectType, "_", " ")
	if kind == "defect" { // the set names no types
		return exhibit.Words{EN: kind, KO: "불량"}
	}
	return exhibit.Words{EN: kind, KO: "불량: " + kind}
}
