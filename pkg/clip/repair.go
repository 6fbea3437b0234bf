package clip

import (
	"html"
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/language"
	"golang.org/x/text/unicode/norm"
)

// repair undoes what ftfy 6.3 undoes in damaged text, as it does: line by line, again and again
// until nothing changes. From a "<" on, entities stay as they are: the text may be HTML.
func repair(text string) string { return repairInParts(text, 1_000_000) }

// repairInParts looks at no more than longest characters of a line together.
func repairInParts(text string, longest int) string {
	var out strings.Builder
	entities := true
	for line := range strings.SplitAfterSeq(text, "\n") {
		runes := []rune(line) // bytes that are no UTF-8 become U+FFFD
		for len(runes) > 0 {
			part := string(runes[:min(longest, len(runes))])
			runes = runes[min(longest, len(runes)):]
			entities = entities && !strings.Contains(part, "<")
			out.WriteString(repairPart(part, entities))
		}
	}
	return out.String()
}

// repairPart: entities, text read in a wrong encoding, ligatures, full-width letters, curly quotes,
// line breaks, terminal escapes, control characters; then accents are composed. ASCII text without
// control characters and entities stays as it is.
func repairPart(text string, entities bool) string {
	for {
		before := text
		if entities {
			text = entity.ReplaceAllStringFunc(text, decodeEntity)
		}
		text = decodeMojibake(text)
		text = decodeC1(text)
		text = ligatures.Replace(text)
		text = ordinaryWidth(text)
		text = quotes.Replace(text)
		text = lineBreaks.Replace(text)
		text = escapes.ReplaceAllString(text, "")
		text = strings.Map(dropControl, text)
		text = norm.NFC.String(text)
		if text == before {
			return text
		}
	}
}

var (
	entity    = regexp.MustCompile(`&#?[0-9A-Za-z]{1,24};`)
	escapes   = regexp.MustCompile("\x1b\\[((?:\\p{Nd}|;)*)([a-zA-Z])")
	ligatures = strings.NewReplacer("Ĳ", "IJ", "ĳ", "ij", "ŉ", "ʼn", "Ǳ", "DZ", "ǲ", "Dz", "ǳ",
		"dz", "Ǆ", "DŽ", "ǅ", "Dž", "ǆ", "dž", "Ǉ", "LJ", "ǈ", "Lj", "ǉ", "lj", "Ǌ", "NJ", "ǋ",
		"Nj", "ǌ", "nj",
		"ﬀ", "ff", "ﬁ", "fi", "ﬂ", "fl", "ﬃ", "ffi", "ﬄ", "ffl", "ﬅ", "ſt", "ﬆ", "st")
	quotes = strings.NewReplacer("‘", "'", "’", "'", "‚", "'", "‛", "'", "ʼ", "'", "“", `"`, "”",
		`"`, "„", `"`, "‟", `"`)
	lineBreaks = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u2028", "\n", "\u2029", "\n",
		"\u0085", "\n")
)

// decodeEntity decodes a whole entity with its semicolon, and one whose name was put in capitals;
// any other stays.
func decodeEntity(name string) string {
	whole := func(name string) (string, bool) {
		s := unescape(name)
		return s, s != name && (!strings.Contains(s, ";") || name == "&semi;")
	}
	if s, ok := whole(name); ok || strings.HasPrefix(name, "&#") {
		if !ok {
			return name
		}
		return s
	}
	lower := strings.ToLower(name)
	if name == strings.ToUpper(name) && unescape(name) == name {
		if s, ok := whole(lower); ok {
			return cases.Upper(language.Und).String(s)
		}
	}
	return name
}

var reference = regexp.MustCompile(
	`&(#[0-9]+;?|#[xX][0-9a-fA-F]+;?|[^\t\n\f <&#;]{1,32};?)`)

// unescape is Python's html.unescape, which, other than Go's, takes a number of one digit, and
// drops what refers to a character that HTML does not allow.
func unescape(text string) string {
	return reference.ReplaceAllStringFunc(text, func(s string) string {
		digits, ok := strings.CutPrefix(strings.TrimSuffix(s, ";"), "&#")
		if !ok {
			return html.UnescapeString(s)
		}
		base := 10
		if digits[0] == 'x' || digits[0] == 'X' {
			digits, base = digits[1:], 16
		}
		n, err := strconv.ParseInt(digits, base, 32)
		switch {
		case err != nil || n == 0 || n > unicode.MaxRune || n >= 0xd800 && n <= 0xdfff:
			return "\ufffd"
		case n >= 1 && n <= 8, n == 0x0b, n >= 0x0e && n <= 0x1f, n == 0x7f,
			n >= 0xfdd0 && n <= 0xfdef, n&0xfffe == 0xfffe:
			return ""
		}
		return decodeC1(string(rune(n)))
	})
}

// ordinaryWidth writes full-width and half-width characters in their ordinary width.
func ordinaryWidth(text string) string {
	if !strings.ContainsFunc(text, otherWidth) {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		if otherWidth(r) {
			b.WriteString(norm.NFKC.String(string(r)))
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

func otherWidth(r rune) bool { return r == 0x3000 || r >= 0xff01 && r <= 0xffef }

// dropControl drops control characters but white space, and marks that are no part of a text.
func dropControl(r rune) rune {
	switch {
	case r < 0x20 && r != '\t' && r != '\n' && r != '\r' && r != '\f', r == 0x7f,
		r == 0xfeff, r >= 0x206a && r <= 0x206f, r >= 0xfff9 && r <= 0xfffc:
		return -1
	}
	return r
}
