package vision

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"
	"strings"

	"adlab/pkg/backend"
	"adlab/pkg/pretrain"
	"adlab/pkg/pretrain/pictures"
	"adlab/pkg/store"
	"adlab/pkg/tensorfile"
	"adlab/pkg/vit"
)

// Card is what made a weights file, and what it was measured to be.
type Card struct {
	Student     vit.Config   `json:"student"`
	Parameters  int          `json:"parameters"`
	Teacher     string       `json:"teacher"`
	TeacherHash string       `json:"teacher_digest"`
	Loss        Loss         `json:"loss"`
	Steps       int          `json:"steps"`
	Stages      []Stage      `json:"stages"`
	Seed        uint64       `json:"seed"`
	Backend     string       `json:"backend"`
	Version     string       `json:"version"`
	Seconds     float64      `json:"seconds"`
	Sources     []CardSource `json:"sources"`
	Pictures    string       `json:"pictures_digest"` // over the contents of all pictures
	Measured    int          `json:"measured"`        // held-out windows
	// cosines with the teacher on held-out windows, of each group; then centred
	Agreement []float64    `json:"agreement"`
	Curve     []CurvePoint `json:"curve"`
	Weights   string       `json:"weights_digest"`
	Bytes     int          `json:"bytes"` // of the tensors
}

// CardSource is a source as it was used.
type CardSource struct {
	Name     string  `json:"name"`
	Origin   string  `json:"origin"`
	Licence  string  `json:"licence"`
	Share    float64 `json:"share"`
	Pictures int     `json:"pictures"`
	Held     int     `json:"held_out"`
}

// CurvePoint is the mean loss of the steps up to Step.
type CurvePoint struct {
	Step int     `json:"step"`
	Loss float64 `json:"loss"`
}

func newCard(v Training, d distillation, sources []pictures.Source, loaded []pictures.Picture,
	done int,
	agreement []float64, points []pretrain.Point, version string) *Card {
	c := &Card{Student: d.student, Parameters: d.parameters(), Teacher: d.teacher.Name(),
		TeacherHash: d.teacher.Digest(), Loss: d.weights,
		Steps: done, Stages: v.Stages, Seed: v.Seed, Backend: backend.Name(v.Backend),
		Version: version, Measured: v.measured, Agreement: agreement}
	total := 0.0
	for _, s := range sources {
		total += s.Share
	}
	h := sha256.New()
	counts, held := map[string]int{}, map[string]int{}
	for _, p := range loaded {
		fmt.Fprintln(h, p.Digest)
		counts[p.Source]++
		if p.HeldOut() {
			held[p.Source]++
		}
	}
	c.Pictures = fmt.Sprintf("%x", h.Sum(nil))
	for _, s := range sources {
		c.Sources = append(c.Sources, CardSource{s.Name, s.Origin, s.Licence, s.Share / total,
			counts[s.Name], held[s.Name]})
	}
	points = slices.DeleteFunc(points, func(p pretrain.Point) bool { return p.Step > done })
	every := max(1, len(points)/20)
	for at := 0; at+every <= len(points); at += every {
		sum := 0.0
		for _, p := range points[at : at+every] {
			sum += p.Loss / float64(every)
		}
		c.Curve = append(c.Curve, CurvePoint{points[at+every-1].Step, sum})
	}
	for _, p := range points {
		c.Seconds += p.Seconds
	}
	return c
}

// write writes the weights under the official names, and the card beside them as NAME.md.
func (c *Card) write(out string, weights map[string]tensorfile.Tensor) error {
	for _, t := range weights {
		c.Bytes += len(t.Data)
	}
	c.Weights = weightsDigest(weights)
	taps := strings.Trim(strings.ReplaceAll(fmt.Sprint(c.Student.Taps), " ", ","), "[]")
	err := tensorfile.Write(out, weights, map[string]string{
		"name": "adlab-vit-tiny", "taps": taps, "crop": fmt.Sprint(pictures.Window),
		"resize": fmt.Sprint(pictures.Window),
		"made_by": fmt.Sprintf("adlab pretrain vision --seed %d, stages %+v, version %s, after %d "+
			"steps", c.Seed, c.Stages, c.Version, c.Steps),
		"teacher": c.Teacher + " " + c.TeacherHash, "pictures": c.Pictures,
		"licence": "Apache-2.0; of the training pictures, see the card",
	})
	if err != nil {
		return err
	}
	return store.WriteFile(strings.TrimSuffix(out, ".safetensors")+".md", []byte(c.Markdown()))
}

// weightsDigest is the SHA-256 over names, shapes and values.
func weightsDigest(weights map[string]tensorfile.Tensor) string {
	h := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(weights)) {
		t := weights[name]
		fmt.Fprintf(h, "%s %v\n%s", name, t.Shape, t.Data)
	}
	return fmt.Sprintf("%x", h.Sum(nil))
}

// Markdown is the card as a page.
func (c *Card) Markdown() string {
	var b strings.Builder
	p := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	s := c.Student
	p("# adlab-vit-tiny\n")
	p("A vision transformer of DINOv2's architecture with registers, distilled from " +
		"EfficientNet-Lite0. Written by the run that made it.\n")
	p("| | |\n|---|---|")
	p("| architecture | width %d, depth %d, heads %d, patch %d, %d registers, LayerScale, "+
		"position grid %d; %d parameters, %d bytes as F16 |", s.Width, s.Depth, s.Heads, s.Patch,
		s.Registers, s.StoredGrid, c.Parameters, c.Bytes)
	p("| read at | %d pixels, the whole image, %d x %d patch tokens, taps after blocks %v, no "+
		"head, no final norm |", pictures.Window, s.Grid, s.Grid, s.Taps)
	p("| teacher | %s, digest %s |", c.Teacher, cmp.Or(c.TeacherHash, "none"))
	p("| loss | weights %+v: see pkg/pretrain/vision/vision.go |", c.Loss)
	p("| run | `adlab pretrain vision --seed %d`, stages %+v, %d steps done, backend %s, version "+
		"%s |", c.Seed, c.Stages, c.Steps, c.Backend, c.Version)
	p("| cost | %.0f s of training |", c.Seconds)
	p("| weights | SHA-256 over names, shapes and values %s |", c.Weights)
	p("| pictures | SHA-256 over their digests %s |\n", c.Pictures)
	p("## Agreement with the teacher\n")
	p("Mean cosine of patch tokens with the teacher's group means on %d windows of held-out "+
		"pictures (a twentieth, never trained on);", c.Measured)
	p("centred: after the teacher's mean over the image is taken from both.\n")
	p("| | shallow group | deep group |\n|---|---|---|")
	p("| cosine | %.4f | %.4f |\n| centred cosine | %.4f | %.4f |\n", c.Agreement[0],
		c.Agreement[1], c.Agreement[2], c.Agreement[3])
	p("## Loss\n")
	p("| up to step | mean loss |\n|---|---|")
	for _, x := range c.Curve {
		p("| %d | %.4f |", x.Step, x.Loss)
	}
	p("\n## Pictures\n")
	p("| source | from | licence | share of the windows | pictures | held out " +
		"|\n|---|---|---|---|---|---|")
	for _, x := range c.Sources {
		p("| %s | %s | %s | %.3f | %d | %d |", x.Name, x.Origin, x.Licence, x.Share, x.Pictures,
			x.Held)
	}
	p("\nNo test image of any benchmark is among them: a test asserts it by content digest. The " +
		"pictures are not part of this repository.")
	p("ELPV's licence excludes commercial use; whoever needs weights without it runs the command " +
		"with `--without elpv`.\n")
	p("## Good for, bad for\n")
	p("Good for the whole path of the papers on a laptop: patch tokens of a real transformer, " +
		"through the loader of DINOv2, that say")
	p("about as much as its teacher's on textures and on solar cells. Bad for anything that " +
		"needs meaning: its teacher's blocks are")
	p("shallow, it saw few objects, and its class token was never trained. Not a stand-in for " +
		"DINOv2's numbers. What it reaches beside its")
	p("teacher, untrained weights, HOG and pixels is in figures/world-encoders.md.")
	return b.String()
}
