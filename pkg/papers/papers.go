// Package papers is the registry of what the seminar shows: every table, ablation and figure of the
// papers, and of the small world, as a value. The command line, the notebooks, the gallery and the
// tests walk the same list.
package papers

import (
	_ "embed"
	"fmt"
	"slices"

	"adlab/pkg/exhibit"
	"adlab/pkg/papers/inpformer"
	"adlab/pkg/papers/multiads"
	"adlab/pkg/papers/peers"
	"adlab/pkg/papers/world"

	"gopkg.in/yaml.v3"
)

//go:embed captions.yaml
var captions []byte

// texts are what captions.yaml says of each exhibit, by its ID.
var texts = func() (texts map[string]exhibit.Text) {
	if err := yaml.Unmarshal(captions, &texts); err != nil {
		panic(fmt.Sprintf("captions.yaml: %v", err)) // a part of the program
	}
	return texts
}()

// All lists the exhibits, in the order of the talk.
func All() []exhibit.Exhibit {
	all := slices.Concat(inpformer.Exhibits(), multiads.Exhibits(), world.Exhibits(),
		peers.Exhibits())
	for i := range all {
		all[i].Text = texts[all[i].ID]
	}
	return all
}

// Find gives exhibits by their IDs; "all" stands for all that are not apart.
func Find(ids ...string) ([]exhibit.Exhibit, error) { return exhibit.Find(All(), ids...) }
