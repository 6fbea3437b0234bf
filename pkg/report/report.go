// Package report writes what was fitted or predicted as one page that needs nothing else: no other
// file and no network. It sorts, works from the keyboard, prints, and is in English and Korean.
package report

import (
	"bufio"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"math"
	"os"

	"adlab/pkg/store"
	"adlab/pkg/verdict"
)

// Picture is one picture of a page.
type Picture struct {
	Name    string
	Verdict string // OK, NG, or "" where nothing tells
	Truth   string // "good" or "bad" where it is known, else ""
	Score   float64
	P       float64 // 0 where there is none
	Regions []verdict.Region
	Says    string // in words, of a model that tells types apart
	View    string // JPEG file, read when the page is written, so that one is in memory at a time
	JPEG    []byte // the same, where there is no file
}

// Series is a group of scores of the histogram.
type Series struct {
	Name   Words
	Scores []float64
}

// Words are a text in both languages.
type Words struct{ EN, KO string }

// Mark is a threshold: a line of the histogram, a row of the table of confusions.
type Mark struct {
	Name      Words
	Value     float64
	About     Words
	Confusion *verdict.Confusion // where it is known what the pictures are
}

// Gallery is a row of pictures under a heading.
type Gallery struct {
	Title    Words
	About    Words
	Pictures []Picture
}

// Page is what a report says.
type Page struct {
	Title     Words
	Summary   []Words // each a line under the title
	Warnings  []Words
	Series    []Series
	Marks     []Mark
	Told      *verdict.Told // curves, where bad pictures were given
	Galleries []Gallery
	Table     []Picture // all of them, or the first
	Unlisted  int       // that are not in the table
	Unread    []Picture // Says is why
	Made      [][2]string
}

//go:embed page.html
var pageText string

var page = template.Must(template.New("page").Funcs(template.FuncMap{
	"t":       both,
	"w":       func(w Words) template.HTML { return both(w.EN, w.KO) },
	"num":     number,
	"percent": func(share float64) string { return fmt.Sprintf("%.3g %%", 100*share) },
	"within": func(i verdict.Interval) string {
		return fmt.Sprintf("%.3f (%.3f–%.3f)", i.Value, i.Low, i.High)
	},
	"picture": inline,
	"count":   func(n int) string { return fmt.Sprint(n) },
}).Parse(pageText))

// both is a text in both languages, of which the page shows one.
func both(en, ko string) template.HTML {
	return template.HTML(`<span lang="en">` + template.HTMLEscapeString(en) +
		`</span><span lang="ko">` + template.HTMLEscapeString(ko) + `</span>`)
}

// number is a score as the page shows it.
func number(x float64) string {
	if x == 0 || math.Abs(x) >= 0.001 && math.Abs(x) < 10000 {
		return fmt.Sprintf("%.4f", x)
	}
	return fmt.Sprintf("%.3e", x)
}

// inline is a picture's view, which needs no request; "" where it is gone.
func inline(p Picture) template.HTML {
	b := p.JPEG
	if b == nil && p.View != "" {
		b, _ = os.ReadFile(p.View) // the page says that it is not there
	}
	if len(b) == 0 {
		return ""
	}
	return template.HTML(`<img alt="" loading="lazy" src="data:image/jpeg;base64,` +
		base64.StdEncoding.EncodeToString(b) + `">`)
}

// Histogram is the page's, for the template.
func (p *Page) Histogram() template.HTML { return histogram(p.Series, p.Marks) }

// Confused tells whether any threshold has a confusion.
func (p *Page) Confused() bool {
	for _, m := range p.Marks {
		if m.Confusion != nil {
			return true
		}
	}
	return false
}

// Curves are ROC and precision-recall, for the template.
func (p *Page) Curves() []Curve {
	return []Curve{
		{Words{"ROC: bad pictures found by false alarms", "ROC: 오경보율에 따른 불량 검출률"},
			band(p.Told.ROC, Words{"false alarms", "오경보율"}, Words{"found", "검출률"})},
		{Words{"Precision by bad pictures found", "검출률에 따른 정밀도"},
			band(p.Told.PR, Words{"found", "검출률"}, Words{"precision", "정밀도"})},
	}
}

// Curve is a drawn curve.
type Curve struct {
	Title Words
	SVG   template.HTML
}

// Write writes the page to a file, whole or not at all.
func Write(path string, p *Page) error {
	return store.WriteAtomic(path, func(w io.Writer) error {
		b := bufio.NewWriter(w)
		if err := page.Execute(b, p); err != nil {
			return err
		}
		return b.Flush()
	})
}
