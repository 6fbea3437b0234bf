package report

import (
	"fmt"
	"path/filepath"
	"slices"

	"adlab/pkg/experiment"
	"adlab/pkg/verdict"
	"adlab/pkg/view"
)

// describe says what the thresholds promise.
func (p *Page) describe(c *experiment.Calibration) {
	t := c.Image
	low, high := t.Interval(0.9)
	p.Summary = append(p.Summary,
		Words{fmt.Sprintf("NG is a score above %s: of new good pictures at most %.3g %% on "+
			"average. "+
			"For this one threshold the rate lies between %.2g %% and %.2g %%, with 90 %% "+
			"confidence. The p-value is the share of held-out good pictures that score as high; "+
			"NG is a p-value of at most %.3g.", number(t.Value), 100*t.Rate, 100*low, 100*high,
			t.Rate),
			fmt.Sprintf("점수가 %s보다 크면 NG이다. 새 정상 그림 중 NG로 판정되는 비율은 평균 %.3g %% "+
				"이하이다. 이 기준값 하나의 비율은 90 %% 신뢰도로 %.2g %%에서 %.2g %% 사이에 있다. p값은 "+
				"따로 둔 정상 그림 중 점수가 그만큼 높은 것의 비율이며, p값이 %.3g 이하이면 NG이다.",
				number(t.Value), 100*t.Rate, 100*low, 100*high, t.Rate)},
		Words{fmt.Sprintf("A place is framed where the map is above %s: at most %.3g %% of new "+
			"good "+
			"pictures have such a place.", number(c.Pixel.Value), 100*c.Pixel.Rate),
			fmt.Sprintf("맵이 %s보다 큰 곳에 테두리를 친다. 그런 곳이 있는 새 정상 그림은 평균 %.3g %% "+
				"이하이다.", number(c.Pixel.Value), 100*c.Pixel.Rate)})
	if !t.Promised() {
		p.Warnings = append(p.Warnings, Words{
			fmt.Sprintf("%.3g %% was asked for, and %d good pictures can promise %.3g %% at best. "+
				"%.3g %% needs %d.", 100*t.Asked, t.Normals, 100*t.Rate, 100*t.Asked, t.Needed),
			fmt.Sprintf("%.3g %%를 요청했으나 정상 그림 %d장으로는 %.3g %%까지만 보장할 수 있다. "+
				"%.3g %%에는 %d장이 필요하다.", 100*t.Asked, t.Normals, 100*t.Rate, 100*t.Asked,
				t.Needed)})
	}
	p.Marks = append(p.Marks, Mark{Name: Words{"threshold", "기준값"}, Value: t.Value,
		About: Words{fmt.Sprintf("promised: at most %.3g %% false alarms", 100*t.Rate),
			fmt.Sprintf("오경보 %.3g %% 이하 보장", 100*t.Rate)}})
	if c.Told == nil {
		return
	}
	confuse := func(ng func(float64) bool) *verdict.Confusion {
		out := verdict.Confuse(c.Scores, c.Bad, ng)
		return &out
	}
	p.Marks[len(p.Marks)-1].Confusion = confuse(t.NG)
	p.Marks = append(p.Marks, Mark{Name: Words{"best F1", "최대 F1"}, Value: c.Told.Best,
		About: Words{"at least this score; chosen on these very pictures, so promises nothing",
			"이 점수 이상. 바로 이 그림들로 고른 값이라 보장하는 것이 없다"},
		Confusion: confuse(func(s float64) bool { return s >= c.Told.Best })})
}

// shownBad is how many bad pictures the page of a fit shows, those with the lowest scores.
const shownBad = 60

// WriteFitted writes Fitted's page beside the model's file.
func WriteFitted(f *experiment.Fitted, model string, made [][2]string) (page *Page, path string,
	err error) {
	path = model + ".report.html"
	if page, err = Fitted(f, filepath.Base(model), made); err != nil {
		return nil, path, err
	}
	return page, path, Write(path, page)
}

// Fitted is the page of a model that was fitted on own pictures.
func Fitted(f *experiment.Fitted, name string, made [][2]string) (*Page, error) {
	c := f.Calibration
	p := &Page{Title: Words{"How " + name + " tells OK from NG", name + "의 판정 기준"},
		Told: c.Told, Made: made}
	p.describe(c)
	p.Series = append(p.Series, Series{Words{"good pictures, each judged by others",
		"정상 그림(각각 다른 그림으로 판정)"}, c.Scores})
	if len(c.Bad) > 0 {
		p.Series = append(p.Series, Series{Words{"bad pictures", "불량 그림"}, c.Bad})
	}
	if s := c.Pixels; s != nil {
		p.Summary = append(p.Summary, Words{
			fmt.Sprintf("Against the masks, pixel by pixel: AUROC %.3f, AP %.3f, AUPRO %.3f, best "+
				"F1 %.3f where the map is at least %s.", s.AUROC, s.AP, s.AUPRO, s.F1Max,
				number(s.Threshold)),
			fmt.Sprintf("마스크와 화소별로 비교: AUROC %.3f, AP %.3f, AUPRO %.3f, 최대 F1 %.3f (맵 %s "+
				"이상).", s.AUROC, s.AP, s.AUPRO, s.F1Max, number(s.Threshold))})
	}
	worst := Gallery{Title: Words{"The worst good pictures", "점수가 가장 높은 정상 그림"},
		About: Words{"Are they good? A bad one among them raises the threshold: move it away and " +
			"fit again.", "정말 정상인가? 불량이 섞여 있으면 기준값이 높아진다. 옮긴 뒤 다시 학습하라."}}
	for _, j := range f.Normals[:min(len(f.Normals), experiment.Worst)] {
		if err := worst.add(f.Model, j, "good"); err != nil {
			return nil, err
		}
	}
	p.Galleries = append(p.Galleries, worst)
	if len(f.Bad) > 0 {
		bad := Gallery{Title: Words{"Bad pictures, the lowest score first",
			"불량 그림, 점수가 낮은 것부터"}}
		for _, j := range f.Bad[:min(len(f.Bad), shownBad)] {
			if err := bad.add(f.Model, j, "bad"); err != nil {
				return nil, err
			}
		}
		p.Galleries = append(p.Galleries, bad)
	}
	for label, of := range map[string][]experiment.Judged{"good": f.Normals, "bad": f.Bad} {
		for _, j := range of {
			answer, pv := c.Verdict(j.Score)
			p.Table = append(p.Table, Picture{Name: view.Legible(j.Path), Verdict: answer,
				Truth: label, Score: j.Score, P: pv})
		}
	}
	slices.SortFunc(p.Table, byScore)
	if len(p.Table) > listed {
		p.Unlisted, p.Table = len(p.Table)-listed, p.Table[:listed]
	}
	return p, nil
}

// add draws a picture into the gallery.
func (g *Gallery) add(m *experiment.Model, j experiment.Judged, truth string) error {
	r, jpeg, err := view.Card(m, j)
	if err != nil {
		return err
	}
	shown := pictureOf(r)
	shown.JPEG, shown.Truth = jpeg, truth
	g.Pictures = append(g.Pictures, shown)
	return nil
}
