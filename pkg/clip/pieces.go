package clip

import "strings"

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
