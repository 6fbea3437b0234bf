package talk

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"adlab/pkg/exhibit"
	"adlab/pkg/exhibit/render"
	"adlab/pkg/papers"
	"adlab/pkg/plot"
)

// Longest is what an audience waits for a picture without looking up.
const Longest = 5 * time.Second

// Stage is where a talk is rehearsed.
type Stage struct {
	Gallery string // folder of the stored exhibits and of the page that needs no kernel
	// Here says what would make an exhibit's picture, or a playground's, on this checkout.
	Here func(ctx context.Context, made map[string]string) (map[string]string, error)
	// Warm makes ready what a playground needs, then opens it as the talk will before it begins,
	// and gives the time for that, and from there to the first picture.
	Warm func(ctx context.Context, playground string) (opened, first time.Duration, err error)

	warmed map[string]warmed // of playgrounds, each once
}

// warmed is what Warm gives.
type warmed struct{ opened, first time.Duration }

// Line is what the rehearsal says of a slide.
type Line struct {
	Number   int      `json:"slide"` // from 1, the title
	Notebook string   `json:"notebook"`
	Cell     string   `json:"cell"`              // that begins it
	Says     []string `json:"says"`              // of each code cell
	Stalls   string   `json:"stalls,omitempty"`  // why the talk would stand still here
	Older    bool     `json:"older,omitempty"`   // this checkout would make a picture otherwise
	Wait     float64  `json:"wait"`              // of the audience for a live picture, in seconds
	Seconds  float64  `json:"seconds,omitempty"` // that the rehearsal took for it
}

// String is the line.
func (l Line) String() string {
	says := strings.Join(l.Says, "; ")
	if l.Stalls != "" {
		says = "STALLS: " + l.Stalls
	}
	return fmt.Sprintf("%3d  %-34s %-60s %6.1f s", l.Number, l.Notebook+" "+l.Cell, says, l.Seconds)
}

// Rehearse goes through a deck's slides; tell hears of each. An error is one of the stage, not of a
// slide.
func (s *Stage) Rehearse(ctx context.Context, d *Deck, tell func(Line)) (lines []Line, err error) {
	if s.warmed == nil {
		s.warmed = map[string]warmed{}
	}
	for i, slide := range d.Slides {
		begun := time.Now()
		l := Line{Number: i + 2, Notebook: slide.Notebook, Cell: slide.Cells[0].ID}
		for _, c := range slide.Cells {
			if !c.Code || l.Stalls != "" {
				continue
			}
			if err := s.cell(ctx, c, &l); err != nil {
				return lines, fmt.Errorf("slide %d, %s %s: %w", l.Number, l.Notebook, c.ID, err)
			}
		}
		if l.Says == nil {
			l.Says = []string{"words"}
		}
		l.Seconds = time.Since(begun).Seconds()
		lines = append(lines, l)
		tell(l)
	}
	return lines, nil
}

// What a cell calls.
var (
	callsExhibit    = regexp.MustCompile(`lab\.(?:Show|Table|Stored)\("([^"]+)"`)
	callsPlayground = regexp.MustCompile(`lab\.Playground\("([^"]+)"`)
)

// cell rehearses a code cell: what it has shown is there, and how fresh; of a live one that it can
// be warmed, and what there is where it cannot.
func (s *Stage) cell(ctx context.Context, c Cell, l *Line) error {
	if !c.Shows() {
		l.Stalls = "cell " + c.ID + " has no stored output; run tools/notebooks.sh --write"
		return nil
	}
	if err := s.fresh(ctx, c, l); err != nil {
		return err
	}
	called := callsPlayground.FindStringSubmatch(c.Source)
	if called == nil {
		return nil
	}
	if lacks := s.fallback(called[1]); lacks != "" {
		l.Stalls = lacks
		return nil
	}
	w, known := s.warmed[called[1]]
	if !known {
		var err error
		if w.opened, w.first, err = s.Warm(ctx, called[1]); err != nil {
			return err
		}
		s.warmed[called[1]] = w
	}
	l.Wait = max(l.Wait, w.first.Seconds())
	l.Says = append(l.Says, fmt.Sprintf("open after %.1f s, then live after %.1f s; page without "+
		"a kernel there", w.opened.Seconds(), w.first.Seconds()))
	if w.first > Longest {
		l.Stalls = fmt.Sprintf("%s shows its first picture after %.1f s, expected at most %.0f s",
			called[1], w.first.Seconds(), Longest.Seconds())
	}
	return nil
}

// fresh says of what a cell has shown whether this checkout would make the same.
func (s *Stage) fresh(ctx context.Context, c Cell, l *Line) error {
	says := "there"
	for _, o := range c.Outputs {
		if o.Picture == nil {
			continue
		}
		made, err := plot.MadeOf(o.Picture)
		if err != nil {
			return fmt.Errorf("cell %s: %w", c.ID, err)
		}
		if made["exhibit"] == "" && made["playground"] == "" || made["code"] == "" {
			says = "there, of unknown code"
			break
		}
		here, err := s.Here(ctx, made)
		if err != nil {
			return err
		}
		return s.compared(exhibit.Compare(made, here), l)
	}
	called := callsExhibit.FindStringSubmatch(c.Source)
	if called == nil {
		l.Says = append(l.Says, says)
		return nil
	}
	return s.asInGallery(ctx, c, called[1], l)
}

// compared says how a picture stands to what would be made here.
func (s *Stage) compared(x exhibit.Explained, l *Line) error {
	switch x.Answer {
	case exhibit.SameBits:
		l.Says = append(l.Says, "fresh")
	case exhibit.OtherProcessor:
		l.Says = append(l.Says, "fresh, but for the processor")
	default:
		l.Older = true
		var keys []string
		for _, d := range x.Differences {
			key, _, _ := strings.Cut(d, ":")
			keys = append(keys, key)
		}
		l.Says = append(l.Says, "older: other "+strings.Join(keys, ", "))
	}
	return nil
}

// asInGallery compares tables, which do not say what made them, with the gallery's, which does.
func (s *Stage) asInGallery(ctx context.Context, c Cell, id string, l *Line) error {
	if _, err := papers.Find(id); err != nil {
		return err
	}
	m, _, _, err := render.ReadManifest(filepath.Join(s.Gallery, render.PlaygroundPage))
	if err != nil {
		return err
	}
	entry := m.Entry(id)
	if entry == nil {
		l.Says = append(l.Says, "there; the gallery has no "+id+" to compare with")
		return nil
	}
	var tables []string
	for _, name := range entry.Tables {
		b, err := os.ReadFile(filepath.Join(s.Gallery, name+".html"))
		if err != nil {
			return err
		}
		tables = append(tables, strings.TrimSpace(render.Inline(string(b)))) // as a notebook has it
	}
	for _, o := range c.Outputs {
		if strings.Contains(o.HTML, "<table") && !slices.ContainsFunc(tables,
			func(table string) bool { return strings.Contains(o.HTML, table) }) {
			l.Older = true
			l.Says = append(l.Says, "older: not the gallery's "+id)
			return nil
		}
	}
	here, err := s.Here(ctx, entry.Made)
	if err != nil {
		return err
	}
	return s.compared(exhibit.Compare(entry.Made, here), l)
}

// fallback says what lacks of the page that moves without a kernel; "" for nothing.
func (s *Stage) fallback(playground string) string {
	page := filepath.Join(s.Gallery, render.PlaygroundPage)
	b, err := os.ReadFile(page)
	if err != nil {
		return page + " is not there; make figures makes it"
	}
	if !strings.Contains(string(b), fmt.Sprintf(`id="%s"`, playground)) {
		return page + " has no " + playground
	}
	for _, named := range regexp.MustCompile(`"picture":"([^"]+)"`).FindAllStringSubmatch(
		string(b), -1) {
		picture := strings.ReplaceAll(named[1], `\/`, "/")
		if _, err := os.Stat(filepath.Join(s.Gallery, filepath.FromSlash(picture))); err != nil {
			return page + " shows " + picture + ", which is not there"
		}
	}
	return ""
}
