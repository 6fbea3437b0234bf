package imageio

import "fmt"

// ReadValues reads a grey picture's values as its file holds them, such as those of an anomaly map
// in a TIFF of floating point or a PNG of 16 bits. Errors are one line that names the file.
func ReadValues(path string) (w, h int, values []float32, err error) {
	s, o, err := read(path)
	if err != nil {
		return 0, 0, nil, err
	}
	if s.colours() != 1 || s.lossy || o > 1 {
		return 0, 0, nil, fmt.Errorf("%s: expected a grey PNG or TIFF that holds one value a "+
			"pixel, got one of %d colours, of lossy values or turned", path, s.colours())
	}
	values = make([]float32, s.w*s.h)
	for i := range values {
		values[i] = s.pix[i*s.n]
		if s.dark {
			values[i] = float32(s.top) - values[i]
		}
	}
	return s.w, s.h, values, nil
}
