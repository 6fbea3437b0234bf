package clip

import (
	"html"
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/unicode/norm"
	"golang.org/x/text/width"
)

// repair undoes what ftfy 6.3 undoes in ordinary damaged text, in its order: entities, terminal
// escapes, UTF-8 that was read as Windows-1252, ligatures, full-width letters, curly quotes,
// control characters; then composes accents. ASCII text without control characters and entities
// stays as it is. Where ftfy weighs how likely a wrong encoding is, this asks only whether the
// whole text can be read as UTF-8 once more.
func repair(text string) string {
	if !strings.Contains(text, "<") {
		text = html.UnescapeString(text)
	}
	text = escapes.ReplaceAllString(text, "")
	text = misread(text)
	text = ligatures.Replace(text)
	text = narrow(text)
	text = quotes.Replace(text)
	text = strings.Map(func(r rune) rune {
		switch {
		case r < 0x20 && r != '\t' && r != '\n' && r != '\r' && r != '\f', r == 0x7f, r == 0x0b:
			return -1
		case r == 0xfeff, r >= 0x206a && r <= 0x206f, r >= 0xfff9 && r <= 0xfffb:
			return -1
		}
		return r
	}, text)
	return norm.NFC.String(text)
}

var (
	escapes   = regexp.MustCompile("\x1b\\[((?:\\d|;)*)([a-zA-Z])")
	ligatures = strings.NewReplacer("Ĳ", "IJ", "ĳ", "ij", "ŉ", "ʼn", "Ǳ", "DZ", "ǲ", "Dz", "ǳ",
		"dz", "Ǆ", "DŽ", "ǅ", "Dž", "ǆ", "dž", "Ǉ", "LJ", "ǈ", "Lj", "ǉ", "lj", "Ǌ", "NJ", "ǋ",
		"Nj", "ǌ", "nj",
		"ﬀ", "ff", "ﬁ", "fi", "ﬂ", "fl", "ﬃ", "ffi", "ﬄ", "ffl", "ﬅ", "ſt", "ﬆ", "st")
	quotes = strings.NewReplacer("‘", "'", "’", "'", "‚", "'", "‛", "'", "ʼ", "'", "“", `"`, "”",
		`"`, "„", `"`, "‟", `"`)
)

// narrow writes full-width and half-width characters in their ordinary width.
func narrow(text string) string {
	return strings.Map(func(r rune) rune {
		if r == 0x3000 {
			return ' '
		}
		if r < 0xff01 || r > 0xffef {
			return r
		}
		if s := width.Fold.String(string(r)); s != "" {
			folded, _ := utf8.DecodeRuneInString(s)
			return folded
		}
		return r
	}, text)
}

// misread reads text as UTF-8 that was taken for Windows-1252, as often as that works.
func misread(text string) string {
	for range 4 {
		var b []byte
		plain := true
		for _, r := range text {
			c, ok := charmap.Windows1252.EncodeRune(r)
			if !ok {
				if r < 0x80 || r > 0x9f { // bytes that Windows-1252 leaves undefined pass
					return text
				}
				c = byte(r)
			}
			plain = plain && c < 0x80
			b = append(b, c)
		}
		if plain || !utf8.Valid(b) {
			return text
		}
		text = string(b)
	}
	return text
}
