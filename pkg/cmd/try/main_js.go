// Command try is the lab as a module for a browser's tab, or for Node. engine.js starts it and asks
// it; pkg/try says what there is to ask.
package main

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"image"
	"image/draw"
	"os"
	"strings"
	"syscall/js"

	"adlab/pkg/backend"
	"adlab/pkg/clip"
	"adlab/pkg/try"
)

// request is what engine.js asks: op is "ship", "model", "look" or "fit".
type request struct {
	Op   string `json:"op"`
	Name string `json:"name"` // of the model
	// Path is of a model's file, of a picture, or of the pair's weights
	Path   string    `json:"path"`
	Merges string    `json:"merges,omitempty"` // the file of the text tower's merge table
	Folder string    `json:"folder,omitempty"` // of good pictures
	Rate   float64   `json:"rate,omitempty"`
	Words  try.Words `json:"words,omitzero"`
}

// asked is a request and where its answer goes.
type asked struct {
	request
	reply js.Value // function (error, json, parts)
}

func main() {
	host := js.Global().Get("adlabHost")
	lab, err := try.Open(backend.Go, "/cache", func(name string, done, total int, unit string) {
		host.Call("tell", name, done, total, unit)
	})
	if err != nil {
		panic(err)
	}
	queue := make(chan asked)
	host.Set("ask", js.FuncOf(func(_ js.Value, args []js.Value) any {
		a := asked{reply: args[1]}
		if err := json.Unmarshal([]byte(args[0].String()), &a.request); err != nil {
			args[1].Invoke(err.Error())
			return nil
		}
		go func() { queue <- a }() // the page's loop must not wait
		return nil
	}))
	host.Call("ready")
	for a := range queue {
		answer, parts, err := do(lab, a.request)
		if err != nil {
			a.reply.Invoke(oneLine(err))
			continue
		}
		text, err := json.Marshal(answer)
		if err != nil {
			a.reply.Invoke(oneLine(err))
			continue
		}
		a.reply.Invoke(js.Null(), string(text), parts)
	}
}

// do answers a request, with pictures and maps beside. What a graph panics with is an error.
func do(lab *try.Lab, r request) (answer any, parts js.Value, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%v", p)
		}
	}()
	parts = js.Global().Get("Array").New()
	ctx := context.Background()
	var head *try.Head
	switch r.Op {
	case "look":
		seen, err := lab.Look(ctx, r.Name, r.Path, r.Words)
		if err != nil {
			return nil, parts, err
		}
		parts.Call("push", part("map", 0, 0, 0, values(seen.Map)))
		for _, d := range seen.Drawn {
			m := pixels(d.Image)
			parts.Call("push", part(d.Kind, d.Index, m.Rect.Dx(), m.Rect.Dy(), m.Pix))
		}
		return seen, parts, nil
	case "ship":
		return struct{}{}, parts, ship(r.Path, r.Merges)
	case "model":
		head, err = lab.Model(r.Name, r.Path)
	case "fit":
		head, err = lab.Fit(ctx, r.Name, r.Folder, r.Rate, r.Path)
	default:
		err = fmt.Errorf("op: expected ship, model, look or fit, got %q", r.Op)
	}
	if err == nil {
		parts.Call("push", part("colours", 0, 256, 1, head.Colours))
	}
	return head, parts, err
}

// ship takes from files what the program carries and this module does not.
func ship(weights, merges string) error {
	w, err := os.ReadFile(weights)
	if err != nil {
		return err
	}
	m, err := os.ReadFile(merges)
	if err == nil {
		clip.Ship(w, m)
	}
	return err
}

// part is a piece of an answer in bytes of JavaScript's own.
func part(kind string, index, width, height int, content []byte) js.Value {
	data := js.Global().Get("Uint8Array").New(len(content))
	js.CopyBytesToJS(data, content)
	p := js.Global().Get("Object").New()
	p.Set("kind", kind)
	p.Set("index", index)
	p.Set("width", width)
	p.Set("height", height)
	p.Set("data", data)
	return p
}

// values are float32 in bytes, little-endian.
func values(x []float32) []byte {
	b, err := binary.Append(nil, binary.LittleEndian, x)
	if err != nil {
		panic(err) // numbers have a size
	}
	return b
}

// pixels is a picture as a canvas takes it. All that is drawn is opaque.
func pixels(m image.Image) *image.NRGBA {
	if own, ok := m.(*image.NRGBA); ok {
		return own
	}
	out := image.NewNRGBA(image.Rectangle{Max: m.Bounds().Size()})
	draw.Draw(out, out.Bounds(), m, m.Bounds().Min, draw.Src)
	return out
}

// oneLine keeps GoMLX's stack traces off the page.
func oneLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	if i := strings.LastIndex(line, "panicked: "); i >= 0 {
		line = line[i+len("panicked: "):]
	}
	return strings.TrimSpace(line)
}
