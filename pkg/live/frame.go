package live

import (
	"bytes"
	"image"
	"image/draw"
	"image/png"
	"slices"
	"strconv"
	"sync"

	"adlab/pkg/plot"
)

// Unknown is the value of a number that is still being computed.
const Unknown = "..."

// Number is one value under the picture.
type Number struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Frame is what a State looks like.
type Frame struct {
	// the picture, from top to bottom; a row that is the last frame's very own is not encoded again
	Rows    []image.Image
	Numbers []Number // in the order in which they are shown
	Text    string   // backend, encoder, weights, where the head came from
	Message string   // one line, where something is being computed; else ""
}

// Picture is the whole picture.
func (f Frame) Picture() image.Image { return plot.Stack(f.Rows...) }

// open tells that a frame waits for the background.
func (f Frame) open() bool {
	return f.Message != "" || slices.ContainsFunc(f.Numbers, func(n Number) bool {
		return n.Value == Unknown
	})
}

// FastPNG encodes a picture, fast rather than small.
func FastPNG(m image.Image) ([]byte, error) {
	var b bytes.Buffer
	e := png.Encoder{CompressionLevel: png.BestSpeed, BufferPool: &buffers}
	err := e.Encode(&b, m)
	return b.Bytes(), err
}

// Still encodes the picture small rather than fast, for the saved notebook: with five bits a
// channel, which halves the file and which a projector does not show. made says what made it.
func (f Frame) Still(made map[string]string) ([]byte, error) {
	picture := f.Picture()
	out := image.NewNRGBA(picture.Bounds())
	draw.Draw(out, out.Bounds(), picture, picture.Bounds().Min, draw.Src)
	for i, v := range out.Pix {
		out.Pix[i] = uint8(int(v>>3) * 255 / 31)
	}
	return plot.PNG(out, made)
}

// buffers are the encoder's, kept from frame to frame.
var buffers pngBuffers

type pngBuffers struct{ kept sync.Pool }

func (p *pngBuffers) Get() *png.EncoderBuffer {
	b, _ := p.kept.Get().(*png.EncoderBuffer)
	return b
}

func (p *pngBuffers) Put(b *png.EncoderBuffer) { p.kept.Put(b) }

// Fraction is a metric as adlab prints it; nil is undefined.
func Fraction(v *float64) string {
	if v == nil {
		return "-"
	}
	return Fixed(*v)
}

// Fixed is a number with four places.
func Fixed(v float64) string { return strconv.FormatFloat(v, 'f', 4, 64) }
