package bert

import (
	"crypto/sha256"
	"fmt"
	"os"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Pieces is the tokenizer of BERT's uncased vocabularies: a text is put in lower case, loses its
// accents, is cut at blanks, around punctuation and around ideographs, and each word into the
// longest pieces that are known. Source: section 3.1 of Devlin et al., 2019, and the vocabulary.
type Pieces struct {
	ids                  map[string]int32
	unknown, first, last int32
	digest               string // of the pieces in their order
}

// longestWord in characters; a longer one is unknown.
const longestWord = 100

// The marks of a vocabulary.
const unknownMark, firstMark, lastMark, padMark = "[UNK]", "[CLS]", "[SEP]", "[PAD]"

// NewPieces makes a tokenizer of a vocabulary in its order: pieces that go on within a word begin
// with ##.
func NewPieces(vocabulary []string) (*Pieces, error) {
	p := &Pieces{ids: map[string]int32{},
		digest: fmt.Sprintf("%x", sha256.Sum256([]byte(strings.Join(vocabulary, "\n"))))}
	for i, piece := range vocabulary {
		if _, known := p.ids[piece]; !known {
			p.ids[piece] = int32(i)
		}
	}
	for mark, id := range map[string]*int32{unknownMark: &p.unknown, firstMark: &p.first,
		lastMark: &p.last} {
		at, ok := p.ids[mark]
		if !ok {
			return nil, fmt.Errorf("expected a vocabulary with the mark %s", mark)
		}
		*id = at
	}
	if p.ids[padMark] != 0 || len(vocabulary) == 0 || vocabulary[0] != padMark {
		return nil, fmt.Errorf("expected a vocabulary whose first piece is %s", padMark)
	}
	return p, nil
}

// ReadPieces reads a vocabulary as Hugging Face keeps it, vocab.txt: a piece a line.
func ReadPieces(path string) (*Pieces, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	text := strings.TrimSuffix(strings.ReplaceAll(string(b), "\r\n", "\n"), "\n")
	p, err := NewPieces(strings.Split(text, "\n"))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return p, nil
}

// Len is the number of pieces.
func (p *Pieces) Len() int { return len(p.ids) }

// IDs gives a text's pieces between the marks of beginning and end, at most n of them; the rest of
// the n is zeros.
func (p *Pieces) IDs(text string, n int) []int32 {
	out := []int32{p.first}
	for _, word := range Words(text) {
		out = append(out, p.word(word)...)
	}
	out = append(out[:min(len(out), n-1)], p.last)
	return append(out, make([]int32, n-len(out))...)
}

// Length is how many ids of IDs are no zeros, where there is room for all of them.
func (p *Pieces) Length(text string) int {
	n := 2
	for _, word := range Words(text) {
		n += len(p.word(word))
	}
	return n
}

func (p *Pieces) word(word string) (ids []int32) {
	runes, mark := []rune(word), ""
	if len(runes) > longestWord {
		return []int32{p.unknown}
	}
	for len(runes) > 0 {
		end := len(runes)
		for ; end > 0; end-- {
			if id, ok := p.ids[mark+string(runes[:end])]; ok {
				ids = append(ids, id)
				break
			}
		}
		if end == 0 {
			return []int32{p.unknown}
		}
		runes, mark = runes[end:], "##"
	}
	return ids
}

// Words cuts a text into words and marks of punctuation.
func Words(text string) (out []string) {
	text = strings.Map(func(r rune) rune {
		switch {
		case r == 0 || r == unicode.ReplacementChar || isControl(r):
			return -1
		case unicode.IsSpace(r):
			return ' '
		}
		return r
	}, text)
	text = strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, norm.NFD.String(strings.ToLower(text)))
	for run := range strings.FieldsSeq(text) {
		start := 0
		for i, r := range run {
			if !isPunctuation(r) && !isIdeograph(r) {
				continue
			}
			if i > start {
				out = append(out, run[start:i])
			}
			out = append(out, string(r))
			start = i + len(string(r))
		}
		if start < len(run) {
			out = append(out, run[start:])
		}
	}
	return out
}

// isControl tells characters that are dropped; tab and line ends are blanks.
func isControl(r rune) bool {
	return r != '\t' && r != '\n' && r != '\r' && unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co)
}

// isPunctuation: all of ASCII that is neither letter, digit nor blank, and Unicode's.
func isPunctuation(r rune) bool {
	if r < unicode.MaxASCII {
		return r > ' ' && !unicode.IsLetter(r) && !unicode.IsDigit(r)
	}
	return unicode.IsPunct(r)
}

// ideographs are the blocks of Chinese characters that stand as words of their own; Hangul and kana
// do not.
var ideographs = [][2]rune{{0x4e00, 0x9fff}, {0x3400, 0x4dbf}, {0x20000, 0x2a6df},
	{0x2a700, 0x2b73f}, {0x2b740, 0x2b81f}, {0x2b820, 0x2ceaf}, {0xf900, 0xfaff},
	{0x2f800, 0x2fa1f}}

func isIdeograph(r rune) bool {
	for _, block := range ideographs {
		if r >= block[0] && r <= block[1] {
			return true
		}
	}
	return false
}

// Unknown are the words of a text that the vocabulary has no pieces for.
func (p *Pieces) Unknown(text string) (unknown []string) {
	for _, word := range Words(text) {
		if ids := p.word(word); len(ids) == 1 && ids[0] == p.unknown {
			unknown = append(unknown, word)
		}
	}
	return unknown
}
