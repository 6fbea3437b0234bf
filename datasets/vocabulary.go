package datasets

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

//go:embed vocabulary.json
var vocabularyData []byte

// Vocabulary is what is known of a published data set: where it comes from, its categories and its
// defect types.
type Vocabulary struct {
	Key     string `json:"key"`
	Name    string `json:"name"`
	Home    string `json:"home"` // page to get it from
	Licence string `json:"licence"`
	Folder  string `json:"folder"` // which folder to point at
	Layout  string `json:"layout"` // of Open

	Categories []string `json:"categories"` // in the official order
	// normal training images of each, where they are known
	Train map[string]int `json:"train"`
	// normal and anomalous test images of each, where they are known
	Test map[string][2]int `json:"test"`

	// defect types in the official order of columns
	Types []string `json:"types"`
	// folder or raw name of a defect to its type
	Folders map[string]string `json:"folders"`
	// types of each product in multi-type segmentation
	ProductTypes map[string][]string `json:"product_types"`
	// types that MultiADS-F keeps for each product; VisA's discolor and leak are in no other table
	ProductFilter map[string][]string `json:"product_filter"`

	Source string `json:"source"` // of the tables
}

var vocabularies, concepts = func() ([]Vocabulary, map[string]int) {
	var all struct {
		Sets     []Vocabulary
		Concepts [][]string
	}
	if err := json.Unmarshal(vocabularyData, &all); err != nil {
		panic("datasets: vocabulary.json: " + err.Error())
	}
	concepts := map[string]int{}
	for i, names := range all.Concepts {
		for _, n := range names {
			concepts[n] = i + 1
		}
	}
	return all.Sets, concepts
}()

// Vocabularies are MVTec-AD's, VisA's, Real-IAD's, MPDD's, MAD's, MTD's and DeepPCB's.
func Vocabularies() []Vocabulary { return slices.Clone(vocabularies) }

// VocabularyOf finds one by its key, such as "real-iad".
func VocabularyOf(key string) (Vocabulary, error) {
	var keys []string
	for _, v := range vocabularies {
		if v.Key == key {
			return v, nil
		}
		keys = append(keys, v.Key)
	}
	return Vocabulary{}, fmt.Errorf("data set: expected one of %s, got %q",
		strings.Join(keys, ", "), key)
}

// Type is the defect type that a folder or a raw label stands for.
func (v Vocabulary) Type(folder string) (string, bool) {
	if t, ok := v.Folders[folder]; ok {
		return t, true
	}
	return folder, slices.Contains(v.Types, folder)
}

// Seen tells which of target's defect types a model has seen that learned from source: those of the
// same name or concept, such as breakage and broken. Source: pkg/multiads/SPEC.md 12.
func Seen(source, target Vocabulary) map[string]bool {
	names, known := map[string]bool{}, map[int]bool{}
	for _, t := range source.Types {
		names[t] = true
		if c := concepts[t]; c > 0 {
			known[c] = true
		}
	}
	seen := map[string]bool{}
	for _, t := range target.Types {
		c := concepts[t]
		seen[t] = names[t] || c > 0 && known[c]
	}
	return seen
}
