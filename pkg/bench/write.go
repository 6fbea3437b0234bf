package bench

import (
	"path/filepath"

	"adlab/pkg/backend"
	"adlab/pkg/clip"
	"adlab/pkg/tensorfile"
)

// Write writes the task into a folder with all that its sides read. The same task gives the same
// files.
func (t Task) Write(dir string, b *backend.Choice) error {
	data := map[string]tensorfile.Tensor{}
	if t.Encoder != nil && t.Encoder.Shipped {
		if err := t.shipped(); err != nil {
			return err
		}
	}
	if t.Encoder != nil {
		if err := t.Encoder.write(filepath.Join(dir, encoderFile), t.Seed); err != nil {
			return err
		}
	}
	switch t.Kind {
	case Metrics:
		t.drawMetrics(data)
	case Forward:
		t.drawImages(data)
	case Step:
		t.drawHead(data)
		t.drawStep(data)
	case Look:
		t.drawHead(data)
		if err := t.drawPicture(dir); err != nil {
			return err
		}
		if t.Method == MultiADS {
			if err := t.drawText(dir, data, b); err != nil {
				return err
			}
		}
	}
	if err := tensorfile.Write(filepath.Join(dir, dataFile), data, nil); err != nil {
		return err
	}
	return t.write(dir)
}

// shipped fills in the shape of the pair that is part of the program.
func (t *Task) shipped() error {
	pair, err := clip.Pretrained()
	if err != nil {
		return err
	}
	c, side := pair.Config, pair.Transform().Crop
	t.Encoder = &Network{Network: CLIP, Shipped: true, Side: side, Width: c.Vision.Width,
		Heads: c.Vision.Heads, Depth: c.Vision.Layers, Patch: c.Patch, Grid: c.Grid, Taps: c.Taps,
		Embed: c.Embed, Quick: c.QuickGELU}
	t.Grid, t.Width, t.Embed, t.Taps = c.Grid, c.Vision.Width, c.Embed, len(c.Taps)
	t.Resize, t.Crop, t.Mean, t.Std = side, side, clip.Mean, clip.Std
	return nil
}
