package multiads

import (
	"slices"
	"strings"

	"adlab/datasets/kba"
	"adlab/pkg/detector"
	"adlab/pkg/setting"
)

// words are where the texts that settings name come from: those of a model file where it has them,
// else the disk or what the program ships.
type words detector.Texts

// How the texts are called in a model file: of knowledge bases and their additions, and of
// sentences, before the name that the settings give.
const (
	ofBase      = "kba "
	ofSentences = "sentences "
)

// base reads a knowledge base: a data set's key or a YAML file.
func (w words) base(name string) (*kba.Base, error) {
	text, kept := w[ofBase+name]
	if !kept {
		if !slices.Contains(kba.Names(), name) && fileMissing(name) {
			return nil, setting.Errorf("KBA", "expected one of %s, or a YAML file, got %q",
				strings.Join(kba.Names(), ", "), name)
		}
		var err error
		if text, err = kba.Text(name); err != nil {
			return nil, err
		}
	}
	return kba.Parse(name, text)
}

// added reads what is added to a base: a YAML file.
func (w words) added(file string) (*kba.Base, error) {
	if text, kept := w[ofBase+file]; kept {
		return kba.Parse(file, text)
	}
	return kba.Read(file)
}

// sentences reads normal phrases and templates: a YAML file's, or "" for those that ship.
func (w words) sentences(file string) (*kba.Sentences, error) {
	if text, kept := w[ofSentences+file]; kept {
		return kba.ParseSentences(file, text)
	}
	if file == "" {
		return kba.OpenSentences()
	}
	return kba.ReadSentences(file)
}

// Texts satisfies detector.Wordy.
func (l Learning) Texts(detector.Common) (detector.Texts, error) {
	return SentenceTexts(l.Sentences)
}

// SentenceTexts is the text of the sentences that a setting names.
func SentenceTexts(file string) (detector.Texts, error) {
	text, err := kba.SentencesText(file)
	return detector.Texts{ofSentences + file: text}, err
}

// Texts satisfies detector.Wordy: sentences, knowledge base and additions.
func (s Settings) Texts(c detector.Common) (detector.Texts, error) {
	out, err := s.Learning.Texts(c)
	if err != nil {
		return nil, err
	}
	name, err := s.base(c.Layout)
	if err != nil {
		return nil, err
	}
	if out[ofBase+name], err = kba.Text(name); err != nil {
		return nil, err
	}
	for _, file := range s.Extend {
		if out[ofBase+file], err = kba.FileText(file); err != nil {
			return nil, err
		}
	}
	return out, nil
}
