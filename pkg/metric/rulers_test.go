package metric

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"adlab/pkg/imageio"
	"adlab/pkg/tensorfile"

	"github.com/stretchr/testify/require"
)

const rulerReferences = "../../testdata/rulers"

// referenceCases are the maps and masks that tools/rulers/make.py measured with the peers' own
// programs.
func referenceCases(t *testing.T, levels float32, defectsOf []int) []Case {
	f, err := tensorfile.Open(filepath.Join(rulerReferences, "inputs.safetensors"))
	require.NoError(t, err)
	defer func() { require.NoError(t, f.Close()) }()
	values, err := f.Float32s("maps", -1, 72, 72)
	require.NoError(t, err)
	masks, err := f.Uint8s("masks", -1, 90, 100)
	require.NoError(t, err)
	defects, err := f.Uint8s("defects", len(defectsOf), 90, 100)
	require.NoError(t, err)
	maps := slices.Collect(slices.Chunk(values, 72*72))
	picture := func(of []uint8, i int) *imageio.Image {
		return &imageio.Image{W: 100, H: 90, C: 1, Pix: of[i*9000 : (i+1)*9000]}
	}
	normal := len(maps) - len(masks)/9000
	cases := make([]Case, len(maps))
	for i, m := range maps {
		if levels > 0 {
			for k, x := range m {
				m[k] = float32(math.RoundToEven(float64(x*levels))) / levels
			}
		}
		cases[i] = Case{Map: Plane{72, 72, m}, W: 100, H: 90}
		if i >= normal {
			cases[i].Label, cases[i].Mask = 1, picture(masks, i-normal)
		}
	}
	for k, i := range defectsOf {
		d := Defect{Mask: picture(defects, k), Saturation: 30}
		if k%2 == 1 {
			d.Saturation, d.Relative = 0.5, true
		}
		cases[i].Defects = append(cases[i].Defects, d)
	}
	return cases
}

type rulerReference struct {
	Levels       float32           `json:"levels"`
	DefectsOf    []int             `json:"defects_of"`
	Smooth       map[string]Values `json:"smooth"`
	Tied         map[string]Values `json:"tied"`
	SmoothAUPIMO []*float64        `json:"smooth_aupimo"`
	TiedAUPIMO   []*float64        `json:"tied_aupimo"`
}

func readRulerReference(t *testing.T) (want rulerReference) {
	raw, err := os.ReadFile(filepath.Join(rulerReferences, "rulers.json"))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(raw, &want))
	return want
}

// TestEachRulerEqualsItsProgram holds every ruler's every number against its peer's own program, or
// against the convention's description where it has none; those of the two papers are held against
// Histogram and MultiADSAUPRO, which TestReferences holds against theirs.
func TestEachRulerEqualsItsProgram(t *testing.T) {
	want := readRulerReference(t)
	for _, c := range []struct {
		name   string
		levels float32
		want   map[string]Values
	}{{"smooth", 0, want.Smooth}, {"tied", want.Levels, want.Tied}} {
		t.Run(c.name, func(t *testing.T) {
			cases := referenceCases(t, c.levels, want.DefectsOf)
			for _, r := range Rulers {
				if r.Name == "aupimo" { // a rate of 1e-5 needs as many pixels
					r.Meet = At256
				}
				pictures, err := r.Read(cases)
				require.NoError(t, err, r.Name)
				got, why, err := r.Measure(pictures)
				require.NoError(t, err, r.Name)
				wanted := c.want[r.Name]
				if _, given := wanted[MeanAUPIMO]; r.Name == "aupimo" && !given {
					require.Equal(t, ErrFewRates.Error(), why, "as anomalib refuses them")
				} else {
					require.Empty(t, why, r.Name)
				}
				if r.Name == "inp-former" || r.Name == "multiads" {
					wanted = printed(t, r.Name, pictures, got)
				}
				require.NotEmpty(t, wanted, r.Name)
				require.Len(t, got, len(wanted), r.Name)
				for number, x := range wanted {
					require.InDelta(t, x, got[number], 1e-6, "%s %s", r.Name, number)
				}
			}
		})
	}
}

// printed are the papers' prints of pixel metrics, with the image metrics as they are.
func printed(t *testing.T, name string, pictures []Picture, got Values) Values {
	var maps [][]float32
	var masks [][]uint8
	for _, p := range pictures {
		maps, masks = append(maps, p.Scores), append(masks, p.Mask)
	}
	s, err := Pixel(maps, masks, pictures[0].W)
	require.NoError(t, err)
	if name == "inp-former" {
		s, err = Histogram(maps, masks, pictures[0].W)
	} else {
		s.AUPRO, err = MultiADSAUPRO(maps, masks, pictures[0].W)
	}
	require.NoError(t, err)
	return Values{ImageAUROC: got[ImageAUROC], ImageAP: got[ImageAP], ImageF1: got[ImageF1],
		PixelAUROC: s.AUROC, PixelAP: s.AP, PixelF1: s.F1Max, RegionArea: s.AUPRO}
}

func TestAUPIMOOfEachPictureEqualsAnomalib(t *testing.T) {
	want := readRulerReference(t)
	exact, err := FindRulers("size-256")
	require.NoError(t, err)
	for _, c := range []struct {
		levels float32
		want   []*float64
	}{{0, want.SmoothAUPIMO}, {want.Levels, want.TiedAUPIMO}} {
		pictures, err := exact[0].Read(referenceCases(t, c.levels, want.DefectsOf))
		require.NoError(t, err)
		got, err := AUPIMO(pictures)
		if c.want == nil {
			require.ErrorIs(t, err, ErrFewRates, "as anomalib refuses them")
			continue
		}
		require.NoError(t, err)
		require.Len(t, got, len(c.want))
		for i, x := range c.want {
			if x == nil {
				require.True(t, math.IsNaN(got[i]), i)
			} else {
				require.InDelta(t, *x, got[i], 1e-6, i)
			}
		}
	}
}

// TestAGivenScoreCounts: by anomalib too, which takes the map's largest value only of a detector
// that gives none; not by those that say what a score is.
func TestAGivenScoreCounts(t *testing.T) {
	low, high := 0.0, 1.0
	cases := []Case{{Name: "good", Map: Plane{2, 1, []float32{1, 2}}, Score: &low},
		{Name: "bad", Label: 1, Map: Plane{2, 1, []float32{0, 1}}, Mask: row(0, 255), Score: &high}}
	for name, want := range map[string]float64{"exact": 1, "anomalib-2.2": 1, "anomalib-2.6": 1,
		"anomalib-2.7": 1, "seg-f1": 1, "ader": 0, "ader-100": 0, "score-max": 0} {
		found, err := FindRulers(name)
		require.NoError(t, err)
		pictures, err := found[0].Read(cases)
		require.NoError(t, err)
		got, _, err := found[0].Measure(pictures)
		require.NoError(t, err)
		require.Equal(t, want, got[ImageAUROC], name)
	}
}

func TestTheTableOfRulers(t *testing.T) {
	require.GreaterOrEqual(t, len(Rulers), 12)
	names := map[string]bool{}
	for _, r := range Rulers {
		require.False(t, names[r.Name], r.Name)
		names[r.Name] = true
		require.NotEmpty(t, r.About, r.Name)
		require.NotEmpty(t, r.Source, r.Name)
	}
	all, err := FindRulers("all")
	require.NoError(t, err)
	require.Len(t, all, len(Rulers))
	two, err := FindRulers("seg-f1", "exact")
	require.NoError(t, err)
	require.Equal(t, "seg-f1", two[0].Name)
	require.Equal(t, "exact", two[1].Name)
	_, err = FindRulers("exakt")
	require.ErrorContains(t, err, `expected one of all, exact, `)
	require.ErrorContains(t, err, `got "exakt"`)
}
