package pretrain

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"text/template"

	"adlab/datasets/synth/lessons"
	"adlab/pkg/store"
	"adlab/pkg/tensorfile"
)

// File is what a card says of the weights file that it lies beside.
type File struct {
	Digest string `json:"sha256"`
	Bytes  int    `json:"bytes"`
}

// FileOf reads it off the safetensors file at path.
func FileOf(path string) (File, error) {
	f, err := tensorfile.Open(path)
	if err != nil {
		return File{}, err
	}
	defer f.Close()
	info, err := os.Stat(path)
	if err != nil {
		return File{}, err
	}
	return File{Digest: f.Digest(), Bytes: int(info.Size())}, nil
}

// WriteCard writes a card beside its weights file: as JSON, and as a page.
func WriteCard(weights string, card any, page *template.Template) error {
	b, err := json.MarshalIndent(card, "", " ")
	if err != nil {
		return err
	}
	base := strings.TrimSuffix(weights, filepath.Ext(weights))
	return errors.Join(store.WriteFile(base+".json", append(b, '\n')),
		store.WriteFile(base+".md", []byte(Page(card, page))))
}

// Page is a card as a page.
func Page(card any, page *template.Template) string {
	var b strings.Builder
	if err := page.Execute(&b, card); err != nil {
		panic("pretrain: " + page.Name() + ": " + err.Error()) // a test fills it
	}
	return b.String()
}

// Words are what a card's template may ask for: names and types of the drawn pictures, and a step
// without the zeros in front that keep steps in their order.
var Words = template.FuncMap{
	"names": lessons.Names,
	"types": lessons.Types,
	"trim":  func(step string) string { return strings.TrimLeft(step, "0") },
}
