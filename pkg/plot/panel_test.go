package plot

import (
	"image"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

// inked counts the dark pixels of a part of a panel.
func inked(p image.Image, part image.Rectangle) (n int) {
	for y := part.Min.Y; y < part.Max.Y; y++ {
		for x := part.Min.X; x < part.Max.X; x++ {
			if r, _, _, _ := p.At(x, y).RGBA(); r < 0x8000 {
				n++
			}
		}
	}
	return n
}

func TestPanelInAnotherSize(t *testing.T) {
	good, _ := plate(64, 64, false)
	tiles := [][]Tile{{{good.Image(), "a"}, {good.Image(), "b"}}}
	large := Panel("title", tiles, 100, &Scale{0, 1})
	require.Equal(t, Panel("title", tiles, 60, &Scale{0, 1}).Image, large.Sized(60).Image)
	require.Equal(t, 60, large.Sized(60).Side)
	require.Equal(t, large.Image, large.Sized(60).Sized(100).Image)
}

func TestPanelGivesTwoLinesTheirRoom(t *testing.T) {
	white := image.NewNRGBA(image.Rect(0, 0, 1, 1))
	white.Set(0, 0, image.White)
	one := Panel("", [][]Tile{{{white, "mm"}}, {{white, "mm"}}}, 100, nil).Bounds().Size()
	two := Panel("", [][]Tile{{{white, "mm\nmm"}}, {{white, "mm"}}}, 100, nil)
	require.Equal(t, one.Y+lineHeight, two.Bounds().Dy())
	second := gap + 100 + captionHeight
	require.Positive(t, inked(two, image.Rect(gap, second, gap+100, second+lineHeight)))
}

func TestPanelKeepsTextApart(t *testing.T) {
	white := image.NewNRGBA(image.Rect(0, 0, 4, 4))
	for i := range white.Pix {
		white.Pix[i] = 255
	}
	long := "a caption of many, many words that no tile can hold"
	for _, side := range []int{40, 84, 200} {
		p := Panel("Title", [][]Tile{{{white, long}, {white, long}}, {{white, long}}}, side, nil)
		size := p.Bounds().Size()
		require.Equal(t, gap+2*(side+gap), size.X)
		captions := gap + titleHeight + side + frame
		require.Positive(t, inked(p, image.Rect(gap, 0, gap+40, gap+titleHeight-frame)),
			"the title is there")
		for column := range 2 {
			left := gap + column*(side+gap)
			require.Positive(t,
				inked(p, image.Rect(left, captions, left+side, captions+captionHeight)))
			require.Zero(t,
				inked(p, image.Rect(left-gap/2-1, captions, left-gap/2+1, captions+captionHeight)),
				"nothing between captions")
		}
		require.Zero(t, inked(p, image.Rect(gap+side+gap, size.Y-captionHeight-gap, size.X,
			size.Y)), "no fourth tile")
	}
	require.Greater(t, Panel(long, [][]Tile{{{white, ""}}}, 20, nil).Bounds().Dx(),
		width(long, titleSize), "a title is never cut")
}

func TestPanelOfNothing(t *testing.T) {
	require.NotPanics(t, func() {
		Panel("", nil, 10, nil)
		Panel("title", nil, 10, &Scale{0, 1})
		Panel("", [][]Tile{{}}, 0, &Scale{0, 1})
		Panel("", [][]Tile{{{image.NewNRGBA(image.Rectangle{}), "no picture"}}}, 30,
			&Scale{math.NaN(), math.NaN()})
		Panel("", [][]Tile{{{image.NewNRGBA(image.Rect(0, 0, 1000, 1)), "a strip"}}}, 30,
			&Scale{3, 1})
	})
}

func TestCut(t *testing.T) {
	require.Equal(t, "short", cut("short", 12, 100))
	got := cut("14 × 14 patch tokens", 12, 60)
	require.Regexp(t, `^14.*…$`, got)
	require.LessOrEqual(t, width(got, 12), 60)
	require.Empty(t, cut("long", 12, 3))
}
