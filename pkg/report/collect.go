package report

import (
	"cmp"
	"fmt"
	"slices"

	"adlab/pkg/experiment"
	"adlab/pkg/verdict"
	"adlab/pkg/view"
)

// How many pictures a page shows.
const (
	shownNG    = 100  // with their views
	shownWorst = 12   // OK ones, with their views
	listed     = 2000 // in the table
)

// highest keeps the pictures of the highest scores.
type highest struct {
	most int
	of   []Picture
}

func (h *highest) add(p Picture) {
	if h.of = append(h.of, p); len(h.of) >= 2*h.most+64 {
		h.cut()
	}
}

func (h *highest) cut() []Picture {
	slices.SortFunc(h.of, byScore)
	clear(h.of[min(len(h.of), h.most):])
	h.of = h.of[:min(len(h.of), h.most)]
	return h.of
}

// byScore has the highest first.
func byScore(a, b Picture) int {
	return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.Name, b.Name))
}

// Predictions collects what a page of predictions says as they come: of pictures beyond those that
// it shows, their scores alone.
type Predictions struct {
	Model       string
	Calibration *experiment.Calibration // nil for scores alone
	Threshold   *float64                // in place of the calibration's; or nil
	Made        [][2]string

	scores         []float64
	ok, ng         int
	bad, good, all highest
	unread         []Picture
}

// Add takes the next picture.
func (c *Predictions) Add(r view.Predicted) {
	c.bad.most, c.good.most, c.all.most = shownNG, shownWorst, listed
	p := pictureOf(r)
	switch {
	case r.Error != "":
		p.Says = r.Error
		c.unread = append(c.unread, p)
		return
	case r.Verdict == verdict.NG:
		c.ng++
		c.bad.add(p)
	default:
		c.ok++
		c.good.add(p)
	}
	c.scores = append(c.scores, r.Score)
	c.all.add(p)
}

func pictureOf(r view.Predicted) Picture {
	p := Picture{Name: r.Image, Verdict: r.Verdict, Score: r.Score, Regions: r.Regions,
		Says: r.Says, View: r.View}
	if r.P != nil {
		p.P = *r.P
	}
	if len(p.Regions) > 50 {
		p.Regions = p.Regions[:50]
	}
	return p
}

// Counts are how many pictures are OK, NG, and could not be read.
func (c *Predictions) Counts() (ok, ng, unread int) { return c.ok, c.ng, len(c.unread) }

// Page is the report.
func (c *Predictions) Page() *Page {
	total := len(c.scores)
	p := &Page{Title: Words{"What " + c.Model + " says", c.Model + "의 판정"},
		Table: c.all.cut(), Unread: c.unread, Made: c.Made}
	p.Unlisted = total - len(p.Table)
	decided := c.Calibration != nil || c.Threshold != nil
	worst := Gallery{Title: Words{"Highest scores", "점수가 가장 높은 그림"},
		Pictures: c.good.cut()}
	if decided {
		p.Summary = append(p.Summary, Words{
			fmt.Sprintf("%d pictures: %d OK, %d NG, %d could not be read.", total+len(c.unread),
				c.ok, c.ng, len(c.unread)),
			fmt.Sprintf("그림 %d장: OK %d장, NG %d장, 읽을 수 없음 %d장.", total+len(c.unread), c.ok,
				c.ng, len(c.unread))})
		worst.Title = Words{"The worst that are OK", "OK 중 점수가 가장 높은 그림"}
		worst.About = Words{"Just below the threshold: look whether they are.",
			"기준값 바로 아래의 그림이다. 정말 정상인지 살펴보라."}
	} else {
		p.Warnings = append(p.Warnings, Words{"The model has no threshold: it was trained, not " +
			"fitted. Scores alone do not tell OK from NG.",
			"이 모델에는 기준값이 없다. 점수만으로는 OK와 NG를 가릴 수 없다."})
	}
	if c.Threshold != nil {
		p.Summary = append(p.Summary, Words{"NG is a score above " + number(*c.Threshold) +
			", as it was given; nothing is promised of it.", "지정한 값 " + number(*c.Threshold) +
			"보다 점수가 크면 NG이다. 이 값은 아무것도 보장하지 않는다."})
		p.Marks = []Mark{{Name: Words{"as given", "지정한 값"}, Value: *c.Threshold}}
	}
	if c.Calibration != nil {
		if c.Threshold == nil {
			p.describe(c.Calibration)
		}
		p.Series = append(p.Series, Series{Words{"held-out good pictures", "따로 둔 정상 그림"},
			c.Calibration.Scores})
	}
	p.Series = append(p.Series, Series{Words{"these pictures", "이 그림들"}, c.scores})
	if c.ng > 0 {
		about := Words{"The highest score first.", "점수가 높은 것부터."}
		if c.ng > shownNG {
			about = Words{fmt.Sprintf("The %d highest scores of %d.", shownNG, c.ng),
				fmt.Sprintf("%d장 중 점수가 높은 %d장.", c.ng, shownNG)}
		}
		p.Galleries = append(p.Galleries, Gallery{Words{"NG", "NG"}, about, c.bad.cut()})
	}
	if len(worst.Pictures) > 0 {
		p.Galleries = append(p.Galleries, worst)
	}
	return p
}

// Unread are the pictures that could not be read; Says is why.
func (c *Predictions) Unread() []Picture { return c.unread }
