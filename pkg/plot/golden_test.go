package plot

import (
	"flag"
	"image"
	"math"
	"os"
	"path/filepath"
	"testing"

	"adlab/pkg/imageio"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/plot/cmpimg"
)

var update = flag.Bool("update", false, "write the pictures in testdata anew: look at them before "+
	"you keep them")

// golden compares a picture with the one in testdata.
func golden(t *testing.T, name string, picture image.Image) {
	t.Helper()
	path := filepath.Join("testdata", name+".png")
	got, err := PNG(picture, nil)
	require.NoError(t, err)
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(path, got, 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	same, err := cmpimg.EqualApprox("png", got, want, 0.02)
	require.NoError(t, err)
	require.True(t, same, "%s: the picture differs; if it should, look at what -update writes",
		path)
}

// plate is a picture of a metal plate with a scratch, mask is the scratch, blob a map that is high
// around it.
func plate(w, h int, scratched bool) (picture *imageio.Image, mask []uint8) {
	picture, mask = imageio.New(w, h, 3), make([]uint8, w*h)
	for i := range w * h {
		x, y := float64(i%w)/float64(w), float64(i/w)/float64(h)
		light := 150 + 60*math.Sin(9*x+2*math.Sin(5*y)) + 20*math.Sin(70*y)
		if along := math.Abs(y - 0.3 - 0.5*x); scratched && along < 0.025 && x > 0.25 && x < 0.7 {
			light, mask[i] = 40, 1
		}
		for k := range 3 {
			picture.Pix[3*i+k] = uint8(light - 12*float64(2-k))
		}
	}
	return picture, mask
}

func blob(side int, height float64) []float32 {
	m := make([]float32, side*side)
	for i := range m {
		x, y := (float64(i%side)+0.5)/float64(side), (float64(i/side)+0.5)/float64(side)
		along, across := (x+0.5*y-0.75)/1.1, y-0.3-0.5*x
		m[i] = float32(0.1 + 0.03*math.Sin(20*x)*math.Sin(15*y) +
			height*math.Exp(-12*along*along-90*across*across))
	}
	return m
}

func TestGoldenOverlay(t *testing.T) {
	picture, mask := plate(160, 120, true)
	m := blob(16, 0.6)
	m[3*16+13], m[14*16+2] = float32(math.NaN()), float32(math.Inf(1))
	golden(t, "heat", HeatMap(m, 16, Scale{0.1, 0.7}))
	golden(t, "overlay", Overlay(picture, m, 16, Scale{0.1, 0.7}))
	golden(t, "outline", Outline(Overlay(picture, m, 16, Scale{0.1, 0.7}), mask, 160))
}

func TestGoldenPanel(t *testing.T) {
	good, _ := plate(128, 128, false)
	bad, mask := plate(128, 128, true)
	wide, _ := plate(128, 72, true)
	s := Scale{0.07, 0.7}
	normal, anomalous := blob(28, 0.03), blob(28, 0.6)
	golden(t, "panel", Panel("Plates under INP-Former: image AUROC 0.926, AUPRO 0.914", [][]Tile{
		{{good.Image(), "normal"}, {bad.Image(), "scratched"}, {Outline(bad.Image(), mask, 128),
			"outline of its mask"}, {wide.Image(), "a wide picture"}},
		{{Overlay(good, normal, 28, s), "score 0.131"}, {Overlay(bad, anomalous, 28, s),
			"score 0.642"}, {HeatMap(anomalous, 28, s), "28 × 28 patches"}},
	}, 128, &s))
	golden(t, "panel_narrow", Panel("A title that is wider than its tiles", [][]Tile{
		{{HeatMap(anomalous, 28, s), "a caption that has too many words"},
			{HeatMap(normal, 28, s), "wwwwwww"}},
	}, 84, nil))
	golden(t, "panel_one_value",
		Panel("", [][]Tile{{{HeatMap([]float32{2, 2, 2, 2}, 2, Scale{2, 2}), "constant"}}}, 84,
			&Scale{2, 2}))
}

func TestGoldenCurves(t *testing.T) {
	var total, tail, x, roc, chance []float64
	for k := range 300 {
		total = append(total, 0.08+0.7*math.Exp(-float64(k)/40)+0.02*math.Sin(float64(k*k)))
		tail = append(tail, 0.05+0.3*math.Exp(-float64(k)/90))
	}
	for k := 120; k < 150; k++ {
		tail[k] = math.NaN()
	}
	losses, err := Curves("Loss over 300 steps", "step", "loss", Line{Name: "total", Y: total},
		Line{Name: "coherence, with a gap", Y: tail})
	require.NoError(t, err)
	golden(t, "losses", losses)
	for k := range 101 {
		v := float64(k) / 100
		x, roc, chance = append(x, v), append(roc, math.Pow(v, 0.2)), append(chance, v)
	}
	curve, err := Curves("ROC", "false-positive rate", "true-positive rate",
		Line{Name: "AUROC 0.833", Y: roc, X: x}, Line{Name: "chance", Y: chance, X: x})
	require.NoError(t, err)
	golden(t, "roc", curve)
	single, err := Curves("", "step", "learning rate", Line{Y: []float64{1e-3, 1e-3, 1e-3}})
	require.NoError(t, err)
	golden(t, "single", single)
}

func TestGoldenBand(t *testing.T) {
	p, err := Curves("mean and deviation", "prototypes M", "percent",
		Line{Name: "I-AUROC", X: []float64{1, 2, 4, 8}, Y: []float64{86, 91, 89, 90},
			Band: []float64{2, 1, 3, 1.5}},
		Line{Name: "AUPRO", X: []float64{1, 2, 4, 8}, Y: []float64{70, 75, 77, 76},
			Band: []float64{1, 1, 1, 1}})
	require.NoError(t, err)
	golden(t, "band", p)
}
