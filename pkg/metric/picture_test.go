package metric

import (
	"math"
	"testing"

	"adlab/pkg/imageio"

	"github.com/stretchr/testify/require"
)

// row is a mask of one row.
func row(pix ...uint8) *imageio.Image { return &imageio.Image{W: len(pix), H: 1, C: 1, Pix: pix} }

func TestRulesOfMasks(t *testing.T) {
	c := &Case{}
	for _, x := range []struct {
		name string
		rule MaskRule
		mask *imageio.Image
		w    int
		want []uint8
	}{
		{"above one half", half, row(0, 127, 128, 255), 4, []uint8{0, 0, 1, 1}},
		{"any grade", MaskRule{Over: 0}, row(0, 1, 128, 255), 4, []uint8{0, 1, 1, 1}},
		{"half of a pair is not above it", half, row(0, 254, 0, 0), 2, []uint8{0, 0}},
		{"but any of it counts", MaskRule{Over: 0}, row(0, 254, 0, 0), 2, []uint8{1, 1}},
		{"two values first, then every other pixel", MaskRule{First: true, Over: 127},
			row(200, 0, 0, 200), 2, []uint8{1, 0}},
	} {
		require.Equal(t, x.want, x.rule.apply(x.mask, c, x.w, 1, false), x.name)
	}
	// of 8 pixels, a crop of 2 out of 4 leaves the middle ones
	seen := half.apply(&imageio.Image{W: 4, H: 4, C: 1, Pix: []uint8{
		255, 255, 255, 255, 255, 0, 255, 255, 255, 0, 0, 255, 255, 255, 255, 255}},
		&Case{Resize: 4, Crop: 2}, 2, 2, false)
	require.Equal(t, []uint8{0, 1, 0, 0}, seen)
}

// TestMasksAtTheirOwnSizeKeepTheirPixels: the picture went through 2 x 2 pixels to its map, its
// mask does not.
func TestMasksAtTheirOwnSizeKeepTheirPixels(t *testing.T) {
	found, err := FindRulers("size-own")
	require.NoError(t, err)
	mask := &imageio.Image{W: 4, H: 2, C: 1, Pix: []uint8{0, 255, 0, 0, 0, 0, 0, 0}}
	c := Case{Name: "a", Label: 1, Map: NewPlane(2, 2), Mask: mask, Resize: 2, Crop: 2,
		Defects: []Defect{{Mask: mask, Saturation: 1, Relative: true}}}
	pictures, err := found[0].Read([]Case{c})
	require.NoError(t, err)
	require.Equal(t, []uint8{0, 1, 0, 0, 0, 0, 0, 0}, pictures[0].Mask)
	require.Equal(t, []int32{1}, pictures[0].Regions[0].Pixels)
	c.Resize, c.Crop, c.Map = 4, 2, NewPlane(2, 2)
	pictures, err = found[0].Read([]Case{c})
	require.NoError(t, err)
	require.Equal(t, []int{2, 1}, []int{pictures[0].W, pictures[0].H})
	require.Equal(t, []uint8{1, 0}, pictures[0].Mask, "the middle of the first row")
}

// TestNormalPicturesMeetAtTheirOwnSizeToo: what is seen of them, in their own pixels.
func TestNormalPicturesMeetAtTheirOwnSizeToo(t *testing.T) {
	found, err := FindRulers("size-own")
	require.NoError(t, err)
	bad := Case{Name: "bad", Label: 1, Map: NewPlane(2, 2), Mask: imageio.New(8, 4, 1), Resize: 4,
		Crop: 2}
	good := Case{Name: "good", Map: NewPlane(2, 2), W: 8, H: 4, Resize: 4, Crop: 2}
	pictures, err := found[0].Read([]Case{bad, good})
	require.NoError(t, err)
	require.Equal(t, []int{4, 2}, []int{pictures[0].W, pictures[0].H})
	require.Equal(t, []int{4, 2}, []int{pictures[1].W, pictures[1].H})
	good.W, good.H = 0, 0
	_, err = found[0].Read([]Case{bad, good})
	require.ErrorIs(t, err, ErrOwnSize)
	require.ErrorContains(t, err, "as of good: give it a mask without anomalous pixels")
	values, why, err := Lay([]Case{bad, good}).Measure(found[0])
	require.NoError(t, err)
	require.Empty(t, values)
	require.Contains(t, why, "as of good")
	_, err = Lay([]Case{bad, good}).Bootstrap(found[0], 1, 1)
	require.NoError(t, err)
	bad.Mask = imageio.New(2, 2, 1)
	bad.Resize, bad.Crop, good.Resize, good.Crop = 0, 0, 0, 0
	_, err = found[0].Read([]Case{bad, good})
	require.NoError(t, err, "maps have their pictures' size")
}

func TestImageScoresByHand(t *testing.T) {
	p := NewPlane(20, 20)
	for i := range p.Pix {
		p.Pix[i] = float32(i % 4)
	}
	p.Pix[5], p.Pix[399] = 10, 8
	own := 0.25
	require.Equal(t, 0.25, Given.score(&own, p))
	require.Equal(t, 10.0, Given.score(nil, p))
	require.Equal(t, 10.0, Largest.score(&own, p))
	require.Equal(t, (10.0+8+3+3)/4, Top.score(&own, p), "4 of 400")
	require.InDelta(t, (600.0+9+5)/400, Mean.score(&own, p), 1e-12)
	require.InDelta(t, (1.5*256+9)/256, Pooled.score(&own, p), 1e-12, "with pixel 5, not 399")
	small := Plane{2, 1, []float32{1, 4}}
	require.Equal(t, 2.5, Pooled.score(nil, small))
	require.Equal(t, 4.0, Top.score(nil, small), "at least one")
}

func TestCasesThatCannotBeMeasured(t *testing.T) {
	good := Case{Name: "a", Map: Plane{2, 1, []float32{1, 2}}}
	nan, inf := float32(math.NaN()), math.Inf(1)
	for _, x := range []struct {
		change func(*Case)
		want   error
		says   string
	}{
		{func(c *Case) { c.Map.Pix = c.Map.Pix[:1] }, ErrLength,
			"the map of a has 1 values, expected 2 x 1"},
		{func(c *Case) { c.Map = Plane{} }, ErrLength, "the map of a has 0 values"},
		{func(c *Case) { c.Map.Pix = []float32{0, nan} }, ErrNotFinite,
			"pixel 1 of the map of a has NaN"},
		{func(c *Case) { c.Label = 2 }, ErrLabel, "a has 2"},
		{func(c *Case) { c.Score = &inf }, ErrNotFinite, "a has +Inf"},
		{func(c *Case) { c.Defects = []Defect{{Mask: row(1, 2, 3)}} }, ErrLength,
			"a defect's mask of a has 3 x 1 pixels"},
	} {
		c := good
		x.change(&c)
		_, err := Rulers[0].Read([]Case{good, c})
		require.ErrorIs(t, err, x.want)
		require.ErrorContains(t, err, x.says)
	}
	_, err := Rulers[0].Read(nil)
	require.ErrorIs(t, err, ErrEmpty)
}

func TestWhatIsNotDefinedIsNotThere(t *testing.T) {
	pictures, err := Rulers[0].Read([]Case{{Name: "a", Map: Plane{2, 1, []float32{1, 2}}},
		{Name: "b", Map: Plane{2, 1, []float32{1, 3}}}})
	require.NoError(t, err)
	got, why, err := Rulers[0].Measure(pictures)
	require.NoError(t, err)
	require.Empty(t, got)
	require.Contains(t, why, "images of one class only")
	require.Contains(t, why, "no anomalous pixel in any mask")
	for _, name := range []string{"seg-f1", "aupimo"} {
		found, err := FindRulers(name)
		require.NoError(t, err)
		all := Case{Name: "a", Label: 1, Map: Plane{2, 1, []float32{1, 2}}, Mask: row(0, 255)}
		pictures, err := found[0].Read([]Case{all})
		require.NoError(t, err)
		got, why, err := found[0].Measure(pictures)
		require.NoError(t, err)
		require.Contains(t, got, PixelAUROC)
		require.NotContains(t, got, SegF1)
		require.NotContains(t, got, MeanAUPIMO)
		require.Contains(t, why, ErrNoNormalPicture.Error())
	}
}

// TestSaturation: of a defect of four pixels two have to be found, whichever.
func TestSaturation(t *testing.T) {
	found, err := FindRulers("s-pro")
	require.NoError(t, err)
	c := Case{Name: "a", Label: 1, Mask: row(255, 255, 255, 255, 0, 0),
		Map: Plane{6, 1, []float32{6, 5, 0, 0, 1, 0.5}}}
	measure := func(d ...Defect) float64 {
		c.Defects = d
		pictures, err := found[0].Read([]Case{c})
		require.NoError(t, err)
		got, _, err := found[0].Measure(pictures)
		require.NoError(t, err)
		return got[SaturatedArea]
	}
	require.InDelta(t, 0.5, measure(), 1e-12, "the region as a whole: half is found")
	whole := row(255, 255, 255, 255, 0, 0)
	require.InDelta(t, 1, measure(Defect{whole, 2, false}), 1e-12)
	require.InDelta(t, 1, measure(Defect{whole, 0.5, true}), 1e-12)
	require.InDelta(t, 2./3, measure(Defect{whole, 3, false}), 1e-12)
	require.InDelta(t, 0.5, measure(Defect{whole, 9, false}), 1e-12, "no more than there is")
	require.InDelta(t, 0.75, measure(Defect{whole, 2, false},
		Defect{row(0, 255, 255, 0, 0, 0), 1, true}), 1e-12, "two that overlap: 1 and 1/2")
}

func TestAUPIMOByHand(t *testing.T) {
	// 10 normal pixels from 0 to 9, thresholds 0..9: the rate at k is (10-k)/10
	normal := Picture{W: 10, H: 1, Mask: make([]uint8, 10)}
	for k := range 10 {
		normal.Scores = append(normal.Scores, float32(k))
	}
	bad := Picture{W: 2, H: 1, Label: 1, Scores: []float32{7.5, 8.5}, Mask: []uint8{1, 1}}
	got, err := pimo([]Picture{normal, bad}, 10, 0.1, 0.3)
	require.NoError(t, err)
	require.True(t, math.IsNaN(got[0]))
	// rates 0.1, 0.2, 0.3 at thresholds 9, 8, 7, which find 0, 1/2 and 1
	want := (math.Log(2)*0.25 + math.Log(1.5)*0.75) / math.Log(3)
	require.InDelta(t, want, got[1], 1e-12)
	_, err = pimo([]Picture{normal, bad}, 10, 0.09, 0.11)
	require.ErrorIs(t, err, ErrFewRates)
}
