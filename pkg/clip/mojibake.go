package clip

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// Mojibake is UTF-8 that was read in an encoding of one byte a character: "Ã©" for "é". What looks
// like it is read again, the whole text if that gives UTF-8, otherwise each stretch that does. How
// it is told from text that is meant so (which characters stand together only by mistake), the
// order of the encodings and the exceptions are those of ftfy 6.3, Copyright 2023 Robyn Speer,
// Apache License 2.0; the code is not.

// encoding is one that text may have been read in by mistake. A sloppy one gives bytes without a
// meaning the character of their number, and writes U+FFFD, what became of a byte that is lost, as
// byte 1A.
type encoding struct {
	table  *charmap.Charmap // nil for Latin-1
	sloppy bool
	bytes  map[rune]byte
}

func newEncoding(table *charmap.Charmap, sloppy bool) *encoding {
	e := &encoding{table, sloppy, map[rune]byte{}}
	for b := range 256 {
		e.bytes[e.rune(byte(b))] = byte(b)
	}
	return e
}

// encodings in the order in which they are tried; the first seven are like Latin-1.
var encodings = []*encoding{
	newEncoding(nil, false), newEncoding(charmap.Windows1252, true),
	newEncoding(charmap.Windows1251, true), newEncoding(charmap.Windows1250, true),
	newEncoding(charmap.Windows1253, true), newEncoding(charmap.Windows1254, true),
	newEncoding(charmap.Windows1257, true), newEncoding(charmap.ISO8859_2, false),
	newEncoding(charmap.Macintosh, false), newEncoding(charmap.CodePage437, false),
}

// rune is what a byte is read as.
func (e *encoding) rune(b byte) rune {
	switch {
	case e.sloppy && b == 0x1a:
		return utf8.RuneError
	case b < 0x80 || e.table == nil:
		return rune(b)
	}
	if r := e.table.DecodeByte(b); r != utf8.RuneError {
		return r
	}
	return rune(b)
}

// encode gives the bytes as runes below 256, so that expressions can be matched against them; false
// where a character has none.
func (e *encoding) encode(text string) (string, bool) {
	out := make([]rune, 0, len(text))
	for _, r := range text {
		b, ok := e.bytes[r]
		if !ok {
			return "", false
		}
		out = append(out, rune(b))
	}
	return string(out), true
}

// decodeMojibake repairs until nothing looks wrong or nothing helps.
func decodeMojibake(text string) string {
	for {
		next := decodeOnce(text)
		if next == text {
			return text
		}
		text = next
	}
}

func decodeOnce(text string) string {
	ascii := !strings.ContainsFunc(text, func(r rune) bool { return r >= 0x80 })
	if ascii || !bad.MatchString(text) {
		return text
	}
	latin1 := false
	for _, e := range encodings {
		bytes, ok := e.encode(text)
		if !ok {
			continue
		}
		latin1 = latin1 || e.table == nil
		// in Macintosh's an en dash and a space would look like it
		if e.table != charmap.Macintosh && spaced.MatchString(bytes) {
			bytes = restoreSpaces(bytes)
		}
		if e.sloppy {
			bytes = lossy.ReplaceAllString(bytes, "ï¿½") // the bytes of U+FFFD
		}
		if out, ok := decodeUTF8(bytes); ok {
			return out
		}
	}
	if out := decodePieces(text); out != text {
		return out
	}
	if latin1 { // control characters of Latin-1 were meant as Windows-1252's
		if out, ok := windows1252(text); ok && out != text {
			return out
		}
	}
	return decodeC1(text)
}

// windows1252 reads the bytes of a Latin-1 text as Windows-1252; false where that leaves one of
// them undefined.
func windows1252(text string) (string, bool) {
	ok := true
	out := strings.Map(func(r rune) rune {
		r = charmap.Windows1252.DecodeByte(byte(r))
		ok = ok && r != utf8.RuneError && (r < 0x80 || r > 0x9f)
		return r
	}, text)
	return out, ok
}

// decodeC1 reads control characters of Latin-1 as Windows-1252's letters.
func decodeC1(text string) string {
	return strings.Map(func(r rune) rune {
		if r >= 0x80 && r <= 0x9f {
			return encodings[1].rune(byte(r))
		}
		return r
	}, text)
}

// decodePieces repairs the stretches that could be UTF-8 in one of the Latin-1-like encodings, each
// on its own, where they look wrong on their own.
func decodePieces(text string) string {
	runes := []rune(text)
	var out strings.Builder
	for i := 0; i < len(runes); {
		end := i
		if i == 0 || !clues.strict[runes[i-1]] {
			for n := utf8Length(runes[end:]); n > 0; n = utf8Length(runes[end:]) {
				end += n
			}
		}
		if end == i {
			out.WriteRune(runes[i])
			i++
			continue
		}
		piece := string(runes[i:end])
		// a shorter piece than the text, so that this ends
		if end-i < len(runes) && bad.MatchString(piece) {
			piece = decodeMojibake(piece)
		}
		out.WriteString(piece)
		i = end
	}
	return out.String()
}

// utf8Length is how many characters at the start of text look like one character's UTF-8, or 0.
func utf8Length(text []rune) int {
	if len(text) == 0 {
		return 0
	}
	n := clues.length[text[0]]
	if len(text) < n {
		return 0
	}
	for k := 1; k < n; k++ {
		if !clues.continuation[text[k]] {
			return 0
		}
	}
	return n
}

// clues are what the bytes of UTF-8 are read as in Latin-1 and the encodings like it.
var clues = func() (c struct {
	length               map[rune]int // by a character's first byte: of 2, 3 or 4
	continuation, strict map[rune]bool
}) {
	c.length, c.continuation = map[rune]int{}, map[rune]bool{' ': true} // for a no-break space
	for _, e := range encodings[:7] {
		for b := range 256 {
			r := e.rune(byte(b))
			switch {
			case b >= 0x80 && b < 0xc0:
				c.continuation[r] = true
			case b >= 0xc2 && b < 0xe0:
				c.length[r] = 2
			case b >= 0xe0 && b < 0xf0:
				c.length[r] = 3
			case b == 0xf0 || b == 0xf3: // others begin what is not assigned
				c.length[r] = 4
			}
		}
	}
	c.strict = maps.Clone(c.continuation) // without what stands for itself, too
	for _, r := range " –—―‘’‚“”„•…" {
		delete(c.strict, r)
	}
	return c
}()

// Expressions over bytes, which are written as the runes of their numbers.
var (
	// UTF-8 in which a no-break space became a space
	spaced = regexp.MustCompile("[ÂÃÅÎÐÙ][ ]" +
		`|[\xe2\xe3][ ][\x80-\x84\x86-\x9f\xa1-\xbf]` +
		`|[\xe0-\xe3][\x80-\x84\x86-\x9f\xa1-\xbf][ ]` +
		`|\xf0[ ][\x80-\xbf][\x80-\xbf]` +
		`|\xf0[\x80-\xbf][ ][\x80-\xbf]` +
		`|\xf0[\x80-\xbf][\x80-\xbf][ ]`)
	// UTF-8 of which bytes are lost: byte 1A, or a question mark, stands in their place
	lossy = regexp.MustCompile(`[\xc2-\xdf]\x1a` +
		`|[\xc2-\xc3][?]` +
		`|\xed[\xa0-\xaf][\x1a?]\xed[\xb0-\xbf][\x1a?\x80-\xbf]` +
		`|\xed[\xa0-\xaf][\x1a?\x80-\xbf]\xed[\xb0-\xbf][\x1a?]` +
		`|[\xe0-\xef][\x1a?][\x1a\x80-\xbf]` +
		`|[\xe0-\xef][\x1a\x80-\xbf][\x1a?]` +
		`|[\xf0-\xf4][\x1a?][\x1a\x80-\xbf][\x1a\x80-\xbf]` +
		`|[\xf0-\xf4][\x1a\x80-\xbf][\x1a?][\x1a\x80-\xbf]` +
		`|[\xf0-\xf4][\x1a\x80-\xbf][\x1a\x80-\xbf][\x1a?]` +
		`|\x1a`)
	// a pair of surrogates, each written as if it were a character, and Java's zero
	surrogates = regexp.MustCompile(
		`\xed[\xa0-\xaf][\x80-\xbf]\xed[\xb0-\xbf][\x80-\xbf]|\xc0\x80`)
)

// restoreSpaces puts no-break spaces back where a space stands in their place. "Ã " is a word of
// its own, "à ", but in what is common in Portuguese ("às", "àquela").
func restoreSpaces(bytes string) string {
	const grave = "Ã "
	var b strings.Builder
	for i := strings.Index(bytes, grave); i >= 0; i = strings.Index(bytes, grave) {
		b.WriteString(bytes[:i])
		bytes = bytes[i+len(grave):]
		if part := slices.ContainsFunc([]string{" ", "quele", "quela", "quilo", "s "},
			func(s string) bool { return strings.HasPrefix(bytes, s) }); part {
			b.WriteString(grave)
		} else {
			b.WriteString("Ã\u00a0 ")
		}
	}
	b.WriteString(bytes)
	return spaced.ReplaceAllStringFunc(b.String(), func(s string) string {
		return strings.ReplaceAll(s, " ", "\u00a0")
	})
}

// decodeUTF8 reads bytes as UTF-8, and where a byte ED or C0 is among them, also as its variants
// with characters beyond 16 bits in two halves and a zero of two bytes.
func decodeUTF8(bytes string) (string, bool) {
	var out []byte
	valid := true
	add := func(runes string) {
		at := len(out)
		for _, r := range runes {
			out = append(out, byte(r))
		}
		valid = valid && utf8.Valid(out[at:])
	}
	if strings.ContainsAny(bytes, "\u00ed\u00c0") {
		at := 0
		for _, m := range surrogates.FindAllStringIndex(bytes, -1) {
			add(bytes[at:m[0]])
			pair := []rune(bytes[m[0]:m[1]])
			r := rune(0)
			if len(pair) == 6 {
				r = 0x10000 + (pair[1]&0x0f)<<16 + (pair[2]&0x3f)<<10 + (pair[4]&0x0f)<<6 +
					pair[5]&0x3f
			}
			out = utf8.AppendRune(out, r)
			at = m[1]
		}
		bytes = bytes[at:]
	}
	add(bytes)
	return string(out), valid
}
