package bridge

import (
	_ "embed"
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

// write adds what the file says of itself, and writes the card beside it.
func (c *Card) write(out string) error {
	f, err := tensorfile.Open(out)
	if err != nil {
		return err
	}
	defer f.Close()
	c.Digest = f.Digest()
	info, err := os.Stat(out)
	if err != nil {
		return err
	}
	c.Bytes = int(info.Size())
	b, err := json.MarshalIndent(c, "", " ")
	if err != nil {
		return err
	}
	base := strings.TrimSuffix(out, filepath.Ext(out))
	return errors.Join(store.WriteFile(base+".json", append(b, '\n')),
		store.WriteFile(base+".md", []byte(c.Markdown())))
}

//go:embed card.md.tmpl
var cardText string

// cardPage is the card as a page; losses come in the order of the steps.
var cardPage = template.Must(template.New("card").Funcs(template.FuncMap{
	"names": lessons.Names,
	"types": lessons.Types,
	"trim":  func(step string) string { return strings.TrimLeft(step, "0") },
}).Parse(cardText))

// Markdown is the card as a page.
func (c *Card) Markdown() string {
	var b strings.Builder
	if err := cardPage.Execute(&b, c); err != nil {
		panic("pretrain: card.md.tmpl: " + err.Error()) // a test fills it
	}
	return b.String()
}
