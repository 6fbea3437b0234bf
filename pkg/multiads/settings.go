package multiads

import (
	"cmp"
	"errors"
	"os"
	"strings"

	"adlab/datasets"
	"adlab/datasets/kba"
	"adlab/pkg/detector"
	"adlab/pkg/setting"
)

// Learning says what adapters learn from and how. "" means the revision's.
type Learning struct {
	Sources   []string // data sets to learn from, KEY=FOLDER with a data set's key
	Sentences string   // YAML file with normal phrases and templates
	Revision  string   // of Variants
	Objective string
	Mosaic    string
	Columns   string
}

// Settings are MultiADS's own, as an experiment states them.
type Settings struct {
	Learning
	Rule string // of image scores; "" for the revision's
	// KBA is the target's knowledge base: a data set's key or a YAML file; "" for the layout's.
	KBA    string
	Extend []string // YAML files with further types, or other prompts for known ones
	Single bool     // one prompt a type, which names it: without the knowledge base
	Filter bool     // MultiADS-F: only types that can occur on the product
	Types  bool     // multi-type segmentation: a map for each type of the product, and its metrics
}

// Variant is the revision's with what was set besides.
func (l Learning) Variant() (Variant, error) {
	v, err := VariantOf(l.Revision)
	if err != nil {
		return v, err
	}
	v.Objective = cmp.Or(Objective(l.Objective), v.Objective)
	v.Mosaic = cmp.Or(Mosaic(l.Mosaic), v.Mosaic)
	v.Columns = cmp.Or(ColumnOrder(l.Columns), v.Columns)
	return v, errors.Join(v.Objective.Validate(), v.Mosaic.Validate(), v.Columns.Validate())
}

// Variant is the revision's with what was set besides.
func (s Settings) Variant() (Variant, error) {
	v, err := s.Learning.Variant()
	if err != nil {
		return v, err
	}
	v.Rule = cmp.Or(ScoreRule(s.Rule), v.Rule)
	return v, v.Rule.Validate()
}

// Phrases are the shipped normal phrases and templates, or a file's; those of a model file where
// texts has them.
func Phrases(file string, texts detector.Texts) (*kba.Sentences, error) {
	return words(texts).sentences(file)
}

// Validate satisfies detector.Settings.
func (l Learning) Validate(detector.Common) error {
	if len(l.Sources) == 0 {
		return setting.Errorf("Sources", "expected KEY=FOLDER of the data set that the adapters "+
			"learn from, such as mvtec=DIR, got none")
	}
	for _, s := range l.Sources {
		key, folder, ok := strings.Cut(s, "=")
		if !ok || folder == "" {
			return setting.Errorf("Sources", "expected KEY=FOLDER, such as mvtec=DIR, got %q", s)
		}
		if _, err := datasets.VocabularyOf(key); err != nil {
			return setting.Errorf("Sources", "%s: %w", s, err)
		}
	}
	_, variant := l.Variant()
	_, sentences := Phrases(l.Sentences, nil)
	return cmp.Or(variant, sentences)
}

// Validate satisfies detector.Settings.
func (s Settings) Validate(c detector.Common) error {
	if err := s.Learning.Validate(c); err != nil {
		return err
	}
	if s.Types && c.Shots > 0 {
		return setting.Errorf("Types", "multi-type segmentation is zero-shot; expected no shots, "+
			"got %d", c.Shots)
	}
	_, rule := s.Variant()
	_, prompts := s.Knowledge(c.Layout, nil)
	return cmp.Or(rule, prompts)
}

// base is the name of the target's knowledge base.
func (s Settings) base(layout string) (string, error) {
	if s.KBA != "" {
		return s.KBA, nil
	}
	return knowledgeOf(layout)
}

// Knowledge is the target's; from a model file where texts has it.
func (s Settings) Knowledge(layout string, texts detector.Texts) (*Knowledge, error) {
	name, err := s.base(layout)
	if err != nil {
		return nil, err
	}
	k, err := words(texts).knowledge(name, s.Extend)
	if err == nil && s.Single {
		k.Base = k.Base.Single()
	}
	return k, err
}

// fileMissing tells a name that is no file.
func fileMissing(name string) bool {
	_, err := os.Stat(name)
	return err != nil
}
