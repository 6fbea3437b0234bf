package plot_test

import (
	"bytes"
	"fmt"
	"math"
	"os"

	"adlab/pkg/imageio"
	"adlab/pkg/plot"
)

// An anomaly map over its picture, in a panel with a colour bar. The picture is the one in
// testdata, to the byte.
func ExampleOverlay() {
	const side = 96
	picture, anomaly := imageio.New(side, side, 3), make([]float32, side*side)
	for i := range anomaly {
		x, y := float64(i%side)/side, float64(i/side)/side
		anomaly[i] = float32(math.Exp(-60 * ((x-0.6)*(x-0.6) + (y-0.4)*(y-0.4))))
		for c := range 3 {
			picture.Pix[3*i+c] = uint8(120 + 60*math.Sin(12*x+4*y))
		}
	}
	scale := plot.ScaleOf(1, anomaly)
	panel := plot.Panel("one image", [][]plot.Tile{{
		{Picture: picture.Image(), Caption: "image"},
		{Picture: plot.Overlay(picture, anomaly, side, scale), Caption: "anomaly map"},
	}}, 160, &scale)
	drawn, err := plot.PNG(panel, map[string]string{"adlab": "example"})
	if err != nil {
		panic(err)
	}
	golden, err := os.ReadFile("testdata/example_overlay.png")
	if err != nil {
		panic(err)
	}
	fmt.Println(bytes.Equal(drawn, golden))
	// Output: true
}
