// Package kba is the Knowledge Base for Anomalies: for each data set its defect types, and the
// prompts that describe each, as YAML that a user edits, extends or replaces. The 18 types of VisA
// with six prompts each are the paper's; the others are written for adlab by the same pattern, and
// say so. What a base becomes: pkg/multiads/SPEC.md 5.
package kba

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

//go:embed data/*.yaml
var shipped embed.FS

// Product stands for the product's name in a prompt, and State for the prompt in a template.
const (
	Product = "[cls]"
	State   = "[state]"
)

// longest is the number of bytes that a prompt may have.
const longest = 1000

// Base is what is known of a data set's defects.
type Base struct {
	Dataset string `json:"dataset"`
	Source  string `json:"source"`
	// in the order of the text matrix's columns, after the normal state
	Types []Type `json:"types"`
}

// Type is a defect type with its prompts, each with [cls].
type Type struct {
	Name    string   `json:"name"`
	Prompts []string `json:"prompts"`
}

// Sentences is how prompts become sentences.
type Sentences struct {
	Source    string
	Normal    []string // phrases of the normal state, each with [cls]
	Templates []string // each with [state]
}

// Names lists the data sets that have a base.
func Names() (names []string) {
	files, _ := fs.Glob(shipped, "data/*.yaml")
	for _, f := range files {
		if name := strings.TrimSuffix(path.Base(f), ".yaml"); name != "sentences" {
			names = append(names, name)
		}
	}
	return names
}

// Open gives the base of a data set, such as "visa".
func Open(dataset string) (*Base, error) {
	if !slices.Contains(Names(), dataset) {
		return nil, fmt.Errorf("knowledge base: expected one of %s, got %q",
			strings.Join(Names(), ", "), dataset)
	}
	text, err := Text(dataset)
	if err != nil {
		return nil, err
	}
	return Parse(dataset+".yaml", text)
}

// Read reads a base from a file. Errors name file and line.
func Read(file string) (*Base, error) {
	text, err := FileText(file)
	if err != nil {
		return nil, err
	}
	return Parse(file, text)
}

// OpenSentences gives the shipped normal phrases and templates; ReadSentences reads others.
func OpenSentences() (*Sentences, error) {
	text, err := SentencesText("")
	if err != nil {
		return nil, err
	}
	return ParseSentences("sentences.yaml", text)
}

// ReadSentences reads normal phrases and templates from a file.
func ReadSentences(file string) (*Sentences, error) {
	text, err := SentencesText(file)
	if err != nil {
		return nil, err
	}
	return ParseSentences(file, text)
}

// Extend is the base with the types of another: a type of the same name is replaced, a new one is
// added at the end.
func (b *Base) Extend(other *Base) *Base {
	out := &Base{Dataset: b.Dataset, Source: b.Source + "; " + other.Source,
		Types: slices.Clone(b.Types)}
	for _, t := range other.Types {
		if i := slices.IndexFunc(out.Types, func(x Type) bool { return x.Name == t.Name }); i >= 0 {
			out.Types[i] = t
		} else {
			out.Types = append(out.Types, t)
		}
	}
	return out
}

// Single is the base without its knowledge: one prompt a type, which names the type and no more. It
// is the ablation of pkg/multiads/SPEC.md 5.
func (b *Base) Single() *Base {
	out := &Base{Dataset: b.Dataset, Source: b.Source + ", one prompt a type"}
	for _, t := range b.Types {
		out.Types = append(out.Types, Type{t.Name, []string{Product + " with " + t.Name}})
	}
	return out
}

// Keep is the base with some of its types, in the given order: MultiADS-F, pkg/multiads/SPEC.md 10.
func (b *Base) Keep(types ...string) (*Base, error) {
	out := &Base{Dataset: b.Dataset, Source: b.Source}
	for _, name := range types {
		i := slices.IndexFunc(b.Types, func(t Type) bool { return t.Name == name })
		if i < 0 {
			return nil, fmt.Errorf("knowledge base of %s: expected one of its types %s, got %q",
				b.Dataset, strings.Join(b.Names(), ", "), name)
		}
		out.Types = append(out.Types, b.Types[i])
	}
	return out, nil
}

// YAML is the base as a file that Read reads.
func (b *Base) YAML() (string, error) {
	text := func(s string) *yaml.Node {
		n := &yaml.Node{}
		n.SetString(s)
		return n
	}
	types := &yaml.Node{Kind: yaml.MappingNode}
	for _, t := range b.Types {
		prompts := &yaml.Node{Kind: yaml.SequenceNode}
		for _, p := range t.Prompts {
			prompts.Content = append(prompts.Content, text(p))
		}
		types.Content = append(types.Content, text(t.Name), prompts)
	}
	out, err := yaml.Marshal(&yaml.Node{Kind: yaml.MappingNode,
		HeadComment: "Prompts of the knowledge base for anomalies. [cls] stands for the product.",
		Content: []*yaml.Node{text("dataset"), text(b.Dataset), text("source"), text(b.Source),
			text("types"), types}})
	return string(out), err
}

// Names are the types' names in order.
func (b *Base) Names() (names []string) {
	for _, t := range b.Types {
		names = append(names, t.Name)
	}
	return names
}

// Columns are the sentences of each column of a product's text matrix: the normal state, then every
// type. Underscores of the product's name stay, as in the official code. pkg/multiads/SPEC.md 5a.
func (b *Base) Columns(s *Sentences, product string) [][]string {
	columns := [][]string{s.of(s.Normal, product)}
	for _, t := range b.Types {
		columns = append(columns, s.of(t.Prompts, product))
	}
	return columns
}

// of puts every prompt into every template, prompt by prompt.
func (s *Sentences) of(prompts []string, product string) (sentences []string) {
	for _, p := range prompts {
		for _, t := range s.Templates {
			sentences = append(sentences,
				strings.ReplaceAll(t, State, strings.ReplaceAll(p, Product, product)))
		}
	}
	return sentences
}

// Parse reads a base from its text: dataset, source, types. Errors name file and line.
func Parse(file, text string) (*Base, error) {
	root, err := mapping(file, []byte(text))
	if err != nil {
		return nil, err
	}
	out := &Base{}
	for i := 0; i < len(root.Content); i += 2 {
		key, value := root.Content[i], root.Content[i+1]
		switch key.Value {
		case "dataset":
			out.Dataset = value.Value
		case "source":
			out.Source = value.Value
		case "types":
			if value.Kind != yaml.MappingNode || len(value.Content) == 0 {
				return nil, fmt.Errorf("%s:%d: types: expected NAME: [prompts], got none", file,
					value.Line)
			}
			for k := 0; k < len(value.Content); k += 2 {
				name := value.Content[k]
				if strings.TrimSpace(name.Value) == "" {
					return nil, fmt.Errorf("%s:%d: expected the name of a defect type, got an "+
						"empty one", file, name.Line)
				}
				if slices.Contains(out.Names(), name.Value) {
					return nil, fmt.Errorf("%s:%d: expected each type once, got %q again", file,
						name.Line, name.Value)
				}
				prompts, err := list(file, name.Value, value.Content[k+1], Product)
				if err != nil {
					return nil, err
				}
				out.Types = append(out.Types, Type{name.Value, prompts})
			}
		default:
			return nil, fmt.Errorf("%s:%d: expected the keys dataset, source and types, got %q",
				file, key.Line, key.Value)
		}
	}
	if len(out.Types) == 0 {
		return nil, fmt.Errorf("%s:1: types: expected at least one defect type, got none", file)
	}
	return out, nil
}

// ParseSentences reads normal phrases and templates from their text.
func ParseSentences(file, text string) (*Sentences, error) {
	root, err := mapping(file, []byte(text))
	if err != nil {
		return nil, err
	}
	out := &Sentences{}
	for i := 0; i < len(root.Content); i += 2 {
		key, value := root.Content[i], root.Content[i+1]
		switch key.Value {
		case "source":
			out.Source = value.Value
		case "normal":
			out.Normal, err = list(file, "normal", value, Product)
		case "templates":
			out.Templates, err = list(file, "templates", value, State)
		default:
			err = fmt.Errorf("%s:%d: expected the keys source, normal and templates, got %q", file,
				key.Line, key.Value)
		}
		if err != nil {
			return nil, err
		}
	}
	if out.Normal == nil || out.Templates == nil {
		return nil, fmt.Errorf("%s:1: expected normal phrases and templates, got %d and %d", file,
			len(out.Normal), len(out.Templates))
	}
	return out, nil
}

// mapping is the file's one mapping.
func mapping(file string, b []byte) (*yaml.Node, error) {
	if !utf8.Valid(b) {
		return nil, fmt.Errorf("%s:1: expected UTF-8 text", file)
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(b, &doc); err != nil {
		return nil, fmt.Errorf("%s: %s", file, strings.ReplaceAll(err.Error(), "\n", " "))
	}
	if len(doc.Content) != 1 || doc.Content[0].Kind != yaml.MappingNode {
		return nil, fmt.Errorf("%s:1: expected keys and values, got something else", file)
	}
	return doc.Content[0], nil
}

// list reads prompts, each of which must hold the slot.
func list(file, name string, node *yaml.Node, slot string) (prompts []string, err error) {
	if node.Kind != yaml.SequenceNode || len(node.Content) == 0 {
		return nil, fmt.Errorf("%s:%d: %s: expected a list of prompts, got none", file, node.Line,
			name)
	}
	for _, n := range node.Content {
		switch p := n.Value; {
		case n.Kind != yaml.ScalarNode:
			return nil, fmt.Errorf("%s:%d: %s: expected a prompt as text, got something else", file,
				n.Line, name)
		case strings.TrimSpace(p) == "":
			return nil, fmt.Errorf("%s:%d: %s: expected a prompt, got an empty one", file, n.Line,
				name)
		case len(p) > longest:
			return nil, fmt.Errorf("%s:%d: %s: expected a prompt of at most %d bytes, got %d", file,
				n.Line, name, longest, len(p))
		case !strings.Contains(p, slot):
			return nil, fmt.Errorf("%s:%d: %s: expected %s in the prompt, got %q", file, n.Line,
				name, slot, p)
		case strings.Count(p, "[") != strings.Count(p, "]"):
			return nil, fmt.Errorf("%s:%d: %s: expected balanced brackets, got %q", file, n.Line,
				name, p)
		case strings.ContainsFunc(p, func(r rune) bool {
			return r < ' ' && r != '\t' || r == 0x7f
		}):
			return nil, fmt.Errorf("%s:%d: %s: expected text without control characters, got %q",
				file, n.Line, name, p)
		default:
			prompts = append(prompts, p)
		}
	}
	return prompts, nil
}
