package plot

import (
	_ "embed"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/image/font/opentype"
	gonumfont "gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
)

// hangulTTF has the letters that Liberation Sans lacks, see hangul/NOTICE.md. It is empty in a
// browser's tab, where no picture has Korean words.
//
//go:embed hangul/hangul.ttf
var hangulTTF []byte

// hangul is the typeface of a text with Korean letters, all of it.
var hangul = gonumfont.Font{Typeface: "adlab Hangul", Variant: "Sans"}

// addHangul reads the typeface at its first use.
var addHangul = sync.OnceFunc(func() {
	read, err := opentype.Parse(hangulTTF)
	if err != nil { // it is ours
		panic("plot: " + err.Error())
	}
	gonumfont.DefaultCache.Add(gonumfont.Collection{{Font: hangul, Face: read}})
})

// typefaceOf is the typeface that has a text's letters.
func typefaceOf(words string) gonumfont.Font {
	if len(hangulTTF) == 0 || !strings.ContainsFunc(words, func(r rune) bool {
		return unicode.Is(unicode.Hangul, r)
	}) {
		return typeface
	}
	addHangul()
	return hangul
}

// handler writes each text of a plot in the typeface that has its letters.
type handler struct{ text.Plain }

func lettered(words string, f gonumfont.Font) gonumfont.Font {
	size := f.Size
	f = typefaceOf(words)
	f.Size = size
	return f
}

// Box satisfies text.Handler.
func (h handler) Box(words string, f gonumfont.Font) (width, height, depth vg.Length) {
	return h.Plain.Box(words, lettered(words, f))
}

// Draw satisfies text.Handler.
func (h handler) Draw(c vg.Canvas, words string, style text.Style, at vg.Point) {
	style.Font = lettered(words, style.Font)
	h.Plain.Draw(c, words, style, at)
}
