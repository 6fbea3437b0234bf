package talk

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"image"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"adlab/pkg/exhibit/render"
	"adlab/pkg/plot"

	"github.com/stretchr/testify/require"
)

// notebooks is the folder of the decks that the checkout ships.
var notebooks = filepath.Join("..", "..", "notebooks")

// Every slide of every deck names a cell that begins one, and each of its code cells has an output
// that is stored; both languages are on every slide.
func TestEverySlideOfEveryDeckShowsSomething(t *testing.T) {
	names, err := Names(notebooks)
	require.NoError(t, err)
	require.Equal(t, []string{"seminar", "short"}, names)
	for _, name := range names {
		d, err := Read(notebooks, name)
		require.NoError(t, err)
		require.NotEmpty(t, d.Title.KO)
		require.Positive(t, d.Minutes)
		seen := map[string]bool{}
		for _, s := range d.Slides {
			at := name + ": " + s.Notebook + " " + s.Cells[0].ID
			require.False(t, seen[at], "%s: twice", at)
			seen[at] = true
			require.NotEmpty(t, s.Part.EN, at)
			require.NotEmpty(t, s.Part.KO, at)
			require.False(t, s.Cells[0].Code, "%s: a slide begins with words", at)
			require.Contains(t, s.Cells[0].Source, `<p lang="ko">`, at)
			shows := strings.Contains(s.Cells[0].Source, "\n- ")
			for _, c := range s.Cells {
				if c.Code {
					require.True(t, c.Shows(), "%s: cell %s has no stored output", at, c.ID)
					shows = true
				}
			}
			require.True(t, shows, "%s: an empty slide", at)
		}
	}
}

// deckOf writes a notebook of a heading and a code cell, and a deck of it, and reads it.
func deckOf(t *testing.T, source string, outputs ...map[string]any) *Deck {
	folder := t.TempDir()
	of := func(kind string) map[string]any {
		return map[string]any{"slideshow": map[string]any{"slide_type": kind}}
	}
	book, err := json.Marshal(map[string]any{"cells": []any{
		map[string]any{"id": "a", "cell_type": "markdown", "source": "# A",
			"metadata": of("slide")},
		map[string]any{"id": "b", "cell_type": "code", "source": []string{source},
			"metadata": of("-"), "outputs": outputs},
		map[string]any{"id": "c", "cell_type": "code", "source": "", "metadata": of("skip")},
	}})
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(folder, "book.ipynb"), book, 0o666))
	require.NoError(t, os.Mkdir(filepath.Join(folder, Folder), 0o777))
	require.NoError(t, os.WriteFile(filepath.Join(folder, Folder, "x.yaml"), []byte(
		"title: {en: A, ko: B}\nminutes: 5\nslides:\n- {notebook: book, cells: [a]}\n"), 0o666))
	d, err := Read(folder, "x")
	require.NoError(t, err)
	require.Len(t, d.Slides, 1)
	require.Len(t, d.Slides[0].Cells, 2, "what is left out is not on a slide")
	return d
}

func TestMistakesInADeckAreOneLine(t *testing.T) {
	folder := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(folder, Folder), 0o777))
	for text, want := range map[string]string{
		"minutes: 5\nslide: []\n":                      "field slide not found",
		"slides:\n- {notebook: nothing, cells: [a]}\n": "nothing.ipynb",
	} {
		require.NoError(t, os.WriteFile(filepath.Join(folder, Folder, "x.yaml"), []byte(text),
			0o666))
		_, err := Read(folder, "x")
		require.ErrorContains(t, err, want)
		require.ErrorContains(t, err, "x.yaml")
	}
	_, err := Read(notebooks, "no such")
	require.ErrorContains(t, err, `no talk "no such"`)
	require.ErrorContains(t, err, "expected seminar or short")
}

// picture is a stored output that says what made it.
func picture(t *testing.T, made map[string]string) map[string]any {
	b, err := plot.PNG(image.NewGray(image.Rect(0, 0, 8, 8)), made)
	require.NoError(t, err)
	return map[string]any{"data": map[string]any{
		"image/png": base64.StdEncoding.EncodeToString(b)}}
}

// stage has a gallery with a page that moves, and counts what is warmed.
func stage(t *testing.T, here map[string]string, wait time.Duration) (*Stage, *int) {
	warmed := 0
	gallery := t.TempDir()
	page := `<section id="multiads"></section><script>[{"picture":"one.jpg"}]</script>`
	require.NoError(t, os.WriteFile(filepath.Join(gallery, render.PlaygroundPage), []byte(page),
		0o666))
	require.NoError(t, os.WriteFile(filepath.Join(gallery, "one.jpg"), nil, 0o666))
	return &Stage{Gallery: gallery,
		Here: func(context.Context, map[string]string) (map[string]string, error) {
			return here, nil
		},
		Warm: func(context.Context, string) (opened, first time.Duration, err error) {
			warmed++
			return time.Minute, wait, nil
		}}, &warmed
}

// rehearsed is what is said of the one slide.
func rehearsed(t *testing.T, s *Stage, d *Deck) Line {
	lines, err := s.Rehearse(t.Context(), d, func(Line) {})
	require.NoError(t, err)
	require.Len(t, lines, 1)
	return lines[0]
}

func TestAPictureIsFreshOrOlder(t *testing.T) {
	made := map[string]string{"exhibit": "inp-figure7", "profile": "tiny", "code": "1",
		"processor": "a"}
	d := deckOf(t, `lab.Show("inp-figure7")`, picture(t, made))
	s, _ := stage(t, made, 0)
	require.Equal(t, []string{"fresh"}, rehearsed(t, s, d).Says)

	s, _ = stage(t, map[string]string{"exhibit": "inp-figure7", "profile": "tiny", "code": "1",
		"processor": "b"}, 0)
	l := rehearsed(t, s, d)
	require.Equal(t, []string{"fresh, but for the processor"}, l.Says)
	require.False(t, l.Older)

	s, _ = stage(t, map[string]string{"exhibit": "inp-figure7", "profile": "tiny", "code": "2",
		"processor": "a"}, 0)
	l = rehearsed(t, s, d)
	require.Equal(t, []string{"older: other code"}, l.Says)
	require.True(t, l.Older)
	require.Empty(t, l.Stalls, "an older picture is a picture")

	delete(made, "code")
	d = deckOf(t, `w.Show(w.Tokens)`, picture(t, made))
	require.Equal(t, []string{"there, of unknown code"}, rehearsed(t, s, d).Says)
}

func TestTheTalkStalls(t *testing.T) {
	made := map[string]string{"playground": "multiads", "profile": "tiny", "code": "1"}
	live := `lab.Playground("multiads")`

	s, warmed := stage(t, made, time.Second)
	d := deckOf(t, live, picture(t, made))
	l := rehearsed(t, s, d)
	require.Empty(t, l.Stalls)
	require.InDelta(t, 1, l.Wait, 1e-9)
	rehearsed(t, s, d)
	require.Equal(t, 1, *warmed, "a playground is warmed once")

	s, _ = stage(t, made, Longest+time.Second)
	require.Contains(t, rehearsed(t, s, d).Stalls, "after 6.0 s, expected at most 5 s")

	s, _ = stage(t, made, time.Second)
	require.Contains(t, rehearsed(t, s, deckOf(t, live)).Stalls, "cell b has no stored output")

	require.NoError(t, os.Remove(filepath.Join(s.Gallery, "one.jpg")))
	require.Contains(t, rehearsed(t, s, d).Stalls, "one.jpg, which is not there")
	require.NoError(t, os.Remove(filepath.Join(s.Gallery, render.PlaygroundPage)))
	l = rehearsed(t, s, d)
	require.Contains(t, l.Stalls, "make figures makes it")
	require.Contains(t, l.String(), "STALLS: ")
}

// A table says by the gallery's copy what made it.
func TestATableIsTheGallerys(t *testing.T) {
	s, _ := stage(t, nil, 0)
	html := func(table string) map[string]any {
		return map[string]any{"data": map[string]any{"text/html": []string{table}}}
	}
	call, table := `lab.Table("inp-table4")`, "<table><tr><th scope=\"row\">1</th></tr></table>"
	d := deckOf(t, call, html(render.Inline(table)))
	require.Contains(t, rehearsed(t, s, d).Says[0], "the gallery has no inp-table4")

	made := map[string]string{"exhibit": "inp-table4", "profile": "tiny", "code": "1"}
	require.NoError(t, os.Remove(filepath.Join(s.Gallery, render.PlaygroundPage)))
	for _, f := range render.Formats {
		content := "1\n"
		if f.Ending == "html" {
			content = table + "\n"
		}
		require.NoError(t, os.WriteFile(filepath.Join(s.Gallery, "inp-table4."+f.Ending),
			[]byte(content), 0o666))
	}
	require.NoError(t, render.WriteGallery(s.Gallery, "tiny", []render.Entry{{ID: "inp-table4",
		Made: made, Tables: []string{"inp-table4"}}}))
	s.Here = func(context.Context, map[string]string) (map[string]string, error) {
		return made, nil
	}
	require.Equal(t, []string{"fresh"}, rehearsed(t, s, d).Says)
	l := rehearsed(t, s, deckOf(t, call, html(strings.Replace(table, "1", "2", 1))))
	require.Equal(t, []string{"older: not the gallery's inp-table4"}, l.Says)
	require.True(t, l.Older)
}
