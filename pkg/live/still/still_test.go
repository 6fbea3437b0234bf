package still

import (
	"context"
	"image"
	"testing"

	"adlab/pkg/live"

	"github.com/stretchr/testify/require"
)

// state is the tests'.
type state struct {
	live.View
	m int
}

// counting is a playground of two categories whose picture is noise that m decides.
type counting struct{}

func (counting) Name() string              { return "counting" }
func (counting) Title() string             { return "counting" }
func (counting) Start() state              { return state{} }
func (counting) Later() <-chan struct{}    { return nil }
func (counting) Busy() bool                { return false }
func (counting) Made() map[string]string   { return map[string]string{"adlab": "counting"} }
func (counting) Close()                    {}
func (counting) Finds() []live.Find[state] { return nil }

func (counting) Panel(s state) live.Panel[state] {
	categories, defects := []string{"cups", "plates"}, []string{"all", "good", "hole"}
	return live.Panel[state]{
		live.Choice(live.Select, "category", "category", categories, 0, func(x *state, i int) {
			x.Category = categories[i]
		}),
		live.Choice(live.Select, "defect", "defect", defects, 0, func(x *state, i int) {
			x.Defect = defects[i]
		}),
		live.Choice(live.Range, "m", "M", []string{"1", "2", "3"}, s.m, func(x *state, i int) {
			x.m = i
		}),
	}
}

func (counting) Apply(_ context.Context, s state) (live.Frame, error) {
	m := image.NewGray(image.Rect(0, 0, 300, 200+s.m))
	for i := range m.Pix {
		m.Pix[i] = uint8((i * i) >> (8 + s.m))
	}
	return live.Frame{Rows: []image.Image{m},
		Numbers: []live.Number{{Name: s.Category, Value: s.Defect}}}, nil
}

func plan() Plan[state] {
	return Plan[state]{Session: counting{}, Control: "m",
		Shows:  func(m string) bool { return m != "2" },
		Images: []func(string) bool{Defect, Normal}}
}

func TestDrawnIsEveryChoiceOfEveryImage(t *testing.T) {
	done := 0
	s, err := Drawn(t.Context(), plan(), func(n, of int) {
		require.Equal(t, 4, of)
		done = n
	})
	require.NoError(t, err)
	require.Equal(t, 4, done)
	require.Equal(t, map[string]string{"adlab": "counting"}, s.Made)
	for i, want := range []live.Number{{Name: "cups", Value: "hole"},
		{Name: "plates", Value: "good"}} {
		require.Equal(t, want.Name+": "+want.Value, s.Images[i].Label)
		require.Equal(t, []string{"1", "3"}, s.Images[i].Choices)
		for _, f := range s.Images[i].Frames {
			require.Equal(t, []live.Number{want}, f.Numbers)
			require.Equal(t, image.Pt(300, 202), f.picture.Bounds().Size(), "of one size")
		}
	}
}

func TestStillsThatDoNotFit(t *testing.T) {
	section, err := Drawn(context.Background(), plan(), func(int, int) {})
	require.NoError(t, err)
	whole, page, err := fit([]Section{section}, "smoke", 1<<30)
	require.NoError(t, err)
	size := func(files map[string][]byte, page []byte) int {
		n := len(page)
		for _, b := range files {
			n += len(b)
		}
		return n
	}
	most := size(whole, page)
	less, page, err := fit([]Section{section}, "smoke", most)
	require.NoError(t, err)
	require.Less(t, size(less, page), most)
	_, _, err = fit([]Section{section}, "smoke", 1000)
	require.ErrorContains(t, err, "playground.html: expected less than 1000 bytes")

	p := plan()
	p.Images = []func(string) bool{func(string) bool { return false }}
	_, err = Drawn(context.Background(), p, func(int, int) {})
	require.ErrorContains(t, err, "playground counting: none of the test images of")
}
