package pretrain

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Curve keeps the loss of every step in a file beside the checkpoint, so that a run that was
// interrupted has all of it.
type Curve struct {
	Path string // of lines STEP,LOSS,SECONDS
	file *os.File
	last time.Time
	err  error // the first of writing
}

// Point is one step of a training.
type Point struct {
	Step    int
	Loss    float64
	Seconds float64 // wall time of the step, 0 for the first after a start
}

// Open opens the file to append to it, and makes its folder where there is none. A last line that
// was cut short, where the machine stopped or the disk was full, is taken away.
func (c *Curve) Open() (err error) {
	if err := os.MkdirAll(filepath.Dir(c.Path), 0o777); err != nil {
		return err
	}
	if c.file, err = os.OpenFile(c.Path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o666); err != nil {
		return err
	}
	b, err := io.ReadAll(c.file)
	if whole := bytes.LastIndexByte(b, '\n') + 1; err == nil && whole < len(b) {
		err = c.file.Truncate(int64(whole))
	}
	if err != nil {
		c.file.Close()
	}
	return err
}

// Add writes a step; an error of writing is kept for Close.
func (c *Curve) Add(step int, loss float64) {
	now, seconds := time.Now(), 0.0
	if !c.last.IsZero() {
		seconds = now.Sub(c.last).Seconds()
	}
	c.last = now
	if _, err := fmt.Fprintf(c.file, "%d,%g,%.3f\n", step, loss, seconds); c.err == nil {
		c.err = err
	}
}

// Close closes the file and gives the first error of writing.
func (c *Curve) Close() error { return errors.Join(c.err, c.file.Close()) }

// Points reads the curve back. Steps after the checkpoint of an interrupted run are there twice,
// with the same loss.
func (c *Curve) Points() ([]Point, error) {
	f, err := os.Open(c.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s: %w; delete it", c.Path, err)
	}
	bySteps := map[int]Point{}
	for _, row := range rows {
		var p Point
		if _, err := fmt.Sscan(strings.Join(row, " "), &p.Step, &p.Loss, &p.Seconds); err != nil {
			return nil, fmt.Errorf("%s: expected step, loss and seconds, got %q; delete it", c.Path,
				row)
		}
		bySteps[p.Step] = p
	}
	var points []Point
	for _, step := range slices.Sorted(maps.Keys(bySteps)) {
		points = append(points, bySteps[step])
	}
	return points, nil
}

// Tenths gives the loss at ten places of so many steps, each the mean of the twentieth that ends
// there, and the minutes that the steps took.
func Tenths(points []Point, steps int) (losses map[string]float64, minutes float64) {
	losses = map[string]float64{}
	values := map[int]float64{}
	for _, p := range points {
		values[p.Step] = p.Loss
		minutes += p.Seconds / 60
	}
	for k := 1; k <= 10; k++ {
		end, sum, n := k*steps/10, 0.0, 0
		for s := end - max(steps/20, 1) + 1; s <= end; s++ {
			if v, ok := values[s]; ok {
				sum, n = sum+v, n+1
			}
		}
		if n > 0 {
			losses[fmt.Sprintf("%06d", end)] = sum / float64(n)
		}
	}
	return losses, minutes
}
