package view

import (
	"fmt"
	"image"
	"path/filepath"
	"sync"

	"adlab/datasets/synth"
	"adlab/pkg/plot"

	"golang.org/x/image/draw"
)

// Sheets writes a contact sheet a generated benchmark into the folder out: for each category a
// normal picture and one of every defect type with its mask's outline. It gives the files.
func Sheets(out string, seed uint64, version string) (files []string, err error) {
	const side, tile = 256, 112
	for _, b := range synth.Benchmarks() {
		rows := make([][]plot.Tile, len(b.Categories))
		var wg sync.WaitGroup
		errs := make([]error, len(rows))
		for i, c := range b.Categories {
			wg.Go(func() {
				for k := -1; k < len(c.Types); k++ {
					caption, types := c.Name, []synth.Type(nil)
					if k >= 0 {
						caption, types = c.Types[k].Name, c.Types[k:k+1]
					}
					p, err := b.Example(c, types, k+1, seed, side)
					if err != nil {
						errs[i] = err
						return
					}
					shown := image.Image(p.Image)
					for _, m := range p.Masks {
						shown = plot.Outline(shown, m.Pix, side)
					}
					rows[i] = append(rows[i], plot.Tile{Picture: shown, Caption: caption})
				}
			})
		}
		wg.Wait()
		for _, err := range errs {
			if err != nil {
				return files, err
			}
		}
		title := fmt.Sprintf("%s, generated, in the layout of %s: a normal picture, then each "+
			"defect type", b.Name, b.StandsFor)
		path := filepath.Join(out, b.Name+".png")
		made := map[string]string{"adlab": "contact sheet", "benchmark": b.Name,
			"seed": fmt.Sprint(seed), "version": version}
		if err := plot.WritePNG(path, coarse(plot.Panel(title, rows, tile, nil)),
			made); err != nil {
			return files, err
		}
		files = append(files, path)
	}
	return files, nil
}

// coarse rounds a picture to six bits a channel: grain does not compress, and a sheet is for the
// eye.
func coarse(m image.Image) image.Image {
	out := image.NewNRGBA(m.Bounds())
	draw.Draw(out, out.Bounds(), m, m.Bounds().Min, draw.Src)
	for i, v := range out.Pix {
		if i%4 != 3 {
			out.Pix[i] = v&^3 | v>>6
		}
	}
	return out
}
