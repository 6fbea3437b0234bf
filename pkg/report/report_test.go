package report

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"adlab/pkg/experiment"
	"adlab/pkg/verdict"
	"adlab/pkg/view"

	"github.com/stretchr/testify/require"
)

// written writes a page and gives its text, after looking that it asks for nothing.
func written(t *testing.T, p *Page) string {
	path := filepath.Join(t.TempDir(), "report.html")
	require.NoError(t, Write(path, p))
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NotRegexp(t, `(src|href|url)\s*[=(]\s*["']?(https?:)?//`, string(b), "a request")
	require.NotContains(t, string(b), "ZgotmplZ", "what the template would not let through")
	texts := func(lang string) int {
		return len(regexp.MustCompile(`<(span|text) lang="`+lang+`"`).FindAllString(string(b), -1))
	}
	require.Equal(t, texts("en"), texts("ko"), "each text is in both languages")
	return string(b)
}

// calibration is of 20 normals and 3 bad pictures.
func calibration(t *testing.T) *experiment.Calibration {
	var scores []float64
	for i := range 20 {
		scores = append(scores, float64(i)/20)
	}
	c, err := experiment.NewCalibration(scores, scores, 0.01)
	require.NoError(t, err)
	c.Bad = []float64{0.9, 2, 3}
	told, err := verdict.Tell(scores, c.Bad, 1)
	require.NoError(t, err)
	c.Told = &told
	return c
}

func TestPageOfPredictions(t *testing.T) {
	c := calibration(t)
	p := &Predictions{Model: "<b>part</b>.model", Calibration: c, Made: [][2]string{{"a", "<i>"}}}
	view_ := filepath.Join(t.TempDir(), "x.jpg")
	require.NoError(t, os.WriteFile(view_, []byte{0xff, 0xfb, 0xef}, 0o666))
	for i := range 2500 {
		answer, pv := c.Verdict(float64(i) / 1000)
		p.Add(view.Predicted{Image: fmt.Sprintf("%d<.png", i), Score: float64(i) / 1000,
			Verdict: answer, P: &pv, View: view_,
			Regions: []verdict.Region{{X: 1, Y: 2, Width: 3, Height: 4}}})
	}
	p.Add(view.Predicted{Image: "broken.png", Error: "it is empty"})
	ok, ng, unread := p.Counts()
	require.Equal(t, []int{951, 1549, 1}, []int{ok, ng, unread})
	page := p.Page()
	require.Len(t, page.Table, listed)
	require.Equal(t, 500, page.Unlisted)
	require.Equal(t, "2499<.png", page.Table[0].Name)
	require.Len(t, page.Galleries[0].Pictures, shownNG)
	require.Equal(t, "950<.png", page.Galleries[1].Pictures[0].Name, "the worst that is OK")
	text := written(t, page)
	for _, want := range []string{"2501 pictures: 951 OK, 1549 NG, 1 could not be read",
		"data:image/jpeg;base64,//vv", "2499&lt;.png", "broken.png: it is empty",
		"1 % needs 99.", "1 %에는 99장이 필요하다", "1, 2, 3 × 4", "&lt;i&gt;",
		"&lt;b&gt;part&lt;/b&gt;.model"} {
		require.Contains(t, text, want)
	}
	require.NotContains(t, text, "<b>part")
}

func TestPageWithoutAThreshold(t *testing.T) {
	p := &Predictions{Model: "m"}
	p.Add(view.Predicted{Image: "a.png", Score: 1})
	text := written(t, p.Page())
	require.Contains(t, text, "Scores alone do not tell OK from NG")
	given := 0.5
	p = &Predictions{Model: "m", Threshold: &given}
	p.Add(view.Predicted{Image: "a.png", Score: 1, Verdict: verdict.NG})
	text = written(t, p.Page())
	require.Contains(t, text, "NG is a score above 0.5000, as it was given")
	written(t, (&Predictions{Model: "nothing"}).Page())
}

func TestPageOfAFit(t *testing.T) {
	f := &experiment.Fitted{Model: &experiment.Model{Calibration: calibration(t)}}
	p, err := Fitted(f, "part.model", nil)
	require.NoError(t, err)
	require.Equal(t, verdict.Confusion{Found: 2, Missed: 1, Right: 20}, *p.Marks[0].Confusion)
	require.Equal(t, f.Calibration.Told.Best, p.Marks[1].Value)
	text := written(t, p)
	require.Equal(t, 3, strings.Count(text, "<svg"), "scores, ROC, precision and recall")
	require.Contains(t, text, "best F1")
}

// TestHistogram: each group's bars are its shares, and scores that are one have room, too.
func TestHistogram(t *testing.T) {
	drawn := string(histogram([]Series{{Scores: []float64{0, 0, 1}}, {Scores: []float64{1}}}, nil))
	require.Equal(t, 2, strings.Count(drawn, `class="s0"`))
	require.Contains(t, drawn, ": 2</title>")
	require.Equal(t, 1, strings.Count(drawn, `class="s1"`))
	require.Contains(t, string(histogram([]Series{{Scores: []float64{3, 3}}}, nil)), ": 2</title>")
	require.Empty(t, histogram(nil, []Mark{{Value: 1}}))
}
