package kba

import (
	"fmt"
	"os"
	"slices"
)

// Text is the YAML of a base: of a data set such as "visa", or of a file.
func Text(name string) (string, error) {
	if slices.Contains(Names(), name) {
		b, err := shipped.ReadFile("data/" + name + ".yaml")
		return string(b), err
	}
	return FileText(name)
}

// FileText is the YAML of a base in a file.
func FileText(file string) (string, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("knowledge base: %w", err)
	}
	return string(b), nil
}

// SentencesText is the YAML of normal phrases and templates in a file, or of the shipped ones where
// that is "".
func SentencesText(file string) (string, error) {
	if file == "" {
		b, err := shipped.ReadFile("data/sentences.yaml")
		return string(b), err
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("sentences: %w", err)
	}
	return string(b), nil
}
