package page

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"adlab/pkg/experiment"
	"adlab/pkg/multiads"
	"adlab/pkg/store"
)

// Files of the module's folder that MultiADS needs: the small pair's weights, and the merge table
// of its text tower.
const (
	weightsFile = "pair.safetensors.gz"
	mergesFile  = "merges.bin"
)

// manifestWords is what the page knows of MultiADS.
type manifestWords struct {
	File    string `json:"file"` // the model's
	Weights string `json:"weights"`
	Merges  string `json:"merges"`
	Texts   string `json:"texts"` // of sentences, embedded
}

// Words is how the page's MultiADS is trained: on the small pair, whose weights the page has, with
// adapters that learned from generated pictures of VisA's kinds, to be asked about MVTec-AD's types
// of defects. It has seen neither bottles nor solar cells.
func Words(ctx context.Context, v *experiment.Env, profile string) (experiment.Experiment, error) {
	e := experiment.Default("mvtec").By("multiads")
	p, err := experiment.ProfileOf(profile)
	if err != nil {
		return e, err
	}
	source, err := v.Generated(ctx, "visa", p.Size)
	if err != nil {
		return e, err
	}
	if e.Data, err = v.Generated(ctx, "mvtec", p.Size); err != nil {
		return e, err
	}
	e.Profile, e.Encoder, e.Steps, e.Batch = profile, "small", p.AdapterSteps, p.AdapterBatch
	return experiment.With(e, func(own *multiads.Settings) {
		own.Sources, own.Revision = []string{"visa=" + source}, "first-release"
	}), nil
}

// writeWords trains MultiADS and writes it in half precision, with the embeddings of all its
// sentences about the sets' products.
func writeWords(ctx context.Context, v *experiment.Env, by experiment.Experiment, sets []Set,
	out string) (*manifestWords, error) {
	work, err := os.MkdirTemp("", "adlab-try-*")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(work)
	whole := filepath.Join(work, "words.safetensors")
	trained, err := v.Train(ctx, by, whole)
	if err != nil {
		return nil, err
	}
	m := &manifestWords{Folder + "/heads/words.safetensors", Folder + "/" + weightsFile,
		Folder + "/" + mergesFile, Folder + "/words.texts"}
	if err := halve(whole, filepath.Join(out, filepath.FromSlash(m.File))); err != nil {
		return nil, err
	}
	texts, err := embedded(ctx, v, trained.Detector.(*multiads.Transfer), sets, work)
	if err != nil {
		return nil, err
	}
	return m, store.WriteFile(filepath.Join(out, filepath.FromSlash(m.Texts)), texts)
}

// embedded is the cache file of the sentences about the sets' products. They are embedded in a
// folder of their own, so that nothing else is in the file.
func embedded(ctx context.Context, v *experiment.Env, d *multiads.Transfer, sets []Set,
	folder string) ([]byte, error) {
	text, err := multiads.NewTextEncoder(v.Backend.Backend, d.Model, folder)
	if err != nil {
		return nil, err
	}
	for _, set := range sets {
		for _, sentences := range d.Base.Columns(d.Sentences, set.Product) {
			if _, err := text.Embed(ctx, sentences); err != nil {
				return nil, err
			}
		}
	}
	files, err := filepath.Glob(filepath.Join(folder, "texts", "*"))
	if err != nil {
		return nil, err
	}
	if len(files) != 1 {
		return nil, fmt.Errorf("expected one file of embeddings in %s, got %v", folder, files)
	}
	return os.ReadFile(files[0])
}

// nowhere is an experiment without the folders of the machine where it was made.
func nowhere(e experiment.Experiment) experiment.Experiment {
	e.Data = ""
	if _, ok := e.Own.(multiads.Settings); !ok {
		return e
	}
	return experiment.With(e, func(own *multiads.Settings) { own.Sources = own.Keys() })
}
