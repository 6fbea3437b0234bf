package clip

import (
	"bufio"
	"bytes"
	"compress/gzip"
	_ "embed"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/language"
)

// The merge table of OpenAI's CLIP, as OpenCLIP ships it under the MIT licence (see NOTICE).
//
//go:embed bpe_simple_vocab_16e6.txt.gz
var mergeTable []byte

const (
	// Context is the number of ids of a text, padding included.
	Context = 77
	// Vocabulary is the number of ids.
	Vocabulary = 49408

	startID, endID = 49406, 49407
	merges         = 49152 - 256 - 2
)

// Tokens is a text as the text tower takes it.
type Tokens struct {
	IDs       [Context]int32 // start, pieces, end, then zeros
	Length    int            // pieces before start, end and cutting
	Truncated bool           // whether pieces were cut off
}

// tokenizer is CLIP's byte-level byte-pair encoding.
type tokenizer struct {
	letters [256]rune      // how each byte is written
	ids     map[string]int // of each piece
	rank    map[[2]string]int
	mu      sync.Mutex
	known   map[string][]int32 // words met before
}

var theTokenizer = sync.OnceValue(newTokenizer)

// Tokenize gives the ids of a text as OpenCLIP's tokenizer does: the text is repaired, its white
// space collapsed, put in lower case, cut into words and the words into pieces. A text of more than
// 77 ids is cut, and ends with the end mark. Source: pkg/multiads/SPEC.md 4.
func Tokenize(text string) Tokens {
	t := theTokenizer()
	var out Tokens
	var pieces []int32
	for _, word := range words.FindAllString(clean(text), -1) {
		pieces = append(pieces, t.word(word)...)
	}
	out.Length = len(pieces)
	all := append(append([]int32{startID}, pieces...), endID)
	if out.Truncated = len(all) > Context; out.Truncated {
		all = all[:Context]
		all[Context-1] = endID
	}
	copy(out.IDs[:], all)
	return out
}

// Unknown are the words of a text that the vocabulary has no letters for, once each, in order: a
// character of theirs falls into pieces that are less than a character. What a text tower says of
// such a word, as of one in Hangul, comes from bytes alone, and means nothing.
func Unknown(text string) (unknown []string) {
	t, pieces := theTokenizer(), thePieces()
	for _, word := range words.FindAllString(clean(text), -1) {
		var whole strings.Builder
		ids := t.word(word)
		for _, id := range ids {
			whole.WriteString(pieces[id])
		}
		if whole.String() != word && ids[0] < startID && !slices.Contains(unknown, word) {
			unknown = append(unknown, word)
		}
	}
	return unknown
}

var thePieces = sync.OnceValue(Pieces)

// words are the special marks, English endings, runs of letters, single digits, and runs of
// anything else but blanks.
var words = regexp.MustCompile(`(?i)<start_of_text>|<end_of_text>|'s|'t|'re|'ve|'m|'ll|'d` +
	`|\p{L}+|\p{N}|[^ \p{L}\p{N}]+`)

// clean repairs a text, unescapes it twice, collapses its white space and puts it in lower case.
func clean(text string) string {
	text = unescape(unescape(repair(text)))
	text = strings.Join(strings.FieldsFunc(text, isSpace), " ")
	return cases.Lower(language.Und).String(text)
}

// isSpace is Python's, which counts four separators of ASCII that Go does not.
func isSpace(r rune) bool { return unicode.IsSpace(r) || r >= 0x1c && r <= 0x1f }

func newTokenizer() *tokenizer {
	t := &tokenizer{ids: map[string]int{}, rank: map[[2]string]int{},
		known: map[string][]int32{"<start_of_text>": {startID}, "<end_of_text>": {endID}}}
	printable := func(b int) bool {
		return b >= '!' && b <= '~' || b >= 0xa1 && b <= 0xac || b >= 0xae
	}
	var order []int // bytes that are letters themselves come first
	for b := range 256 {
		if printable(b) {
			t.letters[b] = rune(b)
			order = append(order, b)
		}
	}
	other := rune(256)
	for b := range 256 {
		if !printable(b) {
			t.letters[b] = other
			order = append(order, b)
			other++
		}
	}
	for _, b := range order {
		t.ids[string(t.letters[b])] = len(t.ids)
	}
	for _, b := range order {
		t.ids[string(t.letters[b])+"</w>"] = len(t.ids)
	}
	z, err := gzip.NewReader(bytes.NewReader(mergeTable))
	if err != nil {
		panic(fmt.Sprintf("clip: the embedded merge table: %v", err))
	}
	lines := bufio.NewScanner(z)
	lines.Scan() // its version
	for lines.Scan() && len(t.rank) < merges {
		a, b, _ := strings.Cut(lines.Text(), " ")
		t.rank[[2]string{a, b}] = len(t.rank)
		t.ids[a+b] = len(t.ids)
	}
	if err := lines.Err(); err != nil || len(t.rank) != merges {
		panic(fmt.Sprintf("clip: the embedded merge table: expected %d lines, got %d (%v)", merges,
			len(t.rank), err))
	}
	return t
}

// word gives the ids of a word's pieces.
func (t *tokenizer) word(word string) []int32 {
	t.mu.Lock()
	defer t.mu.Unlock()
	if ids, ok := t.known[word]; ok {
		return ids
	}
	var pieces []string
	for i := range len(word) {
		pieces = append(pieces, string(t.letters[word[i]]))
	}
	pieces[len(pieces)-1] += "</w>"
	for len(pieces) > 1 {
		best, pair := math.MaxInt, [2]string{}
		for i := 1; i < len(pieces); i++ {
			if r, ok := t.rank[[2]string{pieces[i-1], pieces[i]}]; ok && r < best {
				best, pair = r, [2]string{pieces[i-1], pieces[i]}
			}
		}
		if best == math.MaxInt {
			break
		}
		merged := pieces[:0:0]
		for i := 0; i < len(pieces); i++ {
			if i+1 < len(pieces) && pieces[i] == pair[0] && pieces[i+1] == pair[1] {
				merged = append(merged, pair[0]+pair[1])
				i++
				continue
			}
			merged = append(merged, pieces[i])
		}
		pieces = merged
	}
	var ids []int32
	for _, p := range pieces {
		ids = append(ids, int32(t.ids[p]))
	}
	if len(word) <= 64 && len(t.known) < 1<<16 { // a megabyte of one word is no use in memory
		t.known[word] = ids
	}
	return ids
}

// Pieces gives the text of every id of the vocabulary, without the mark of a word's end: "" for the
// marks of a text's start and end, and for bytes that are no letter on their own.
func Pieces() []string {
	t := theTokenizer()
	bytesOf := map[rune]byte{}
	for b, r := range t.letters {
		bytesOf[r] = byte(b)
	}
	out := make([]string, Vocabulary)
	for piece, id := range t.ids {
		var b []byte
		for _, r := range strings.TrimSuffix(piece, "</w>") {
			b = append(b, bytesOf[r])
		}
		out[id] = strings.ToValidUTF8(string(b), "")
	}
	return out
}
