package exhibit

import (
	"cmp"
	"context"
	"fmt"
	"html"
	"image"
	"os"

	"adlab/pkg/experiment"
	"adlab/pkg/lab"
	"adlab/pkg/plot"

	"github.com/janpfeifer/gonb/gonbui"
	"github.com/janpfeifer/gonb/gonbui/protocol"
)

// Profile is the profile that notebooks run in: $ADLAB_PROFILE, or tiny.
func Profile() string { return cmp.Or(os.Getenv("ADLAB_PROFILE"), "tiny") }

// notebookRunner is a runner of the notebook's profile. The profile paper takes its files from
// $ADLAB_PAPER_DATA, $ADLAB_DINOV2 and $ADLAB_CLIP.
func notebookRunner() *Runner {
	r := lab.Must(NewRunner(lab.Notebook().Env, Profile()))
	r.Data, r.Encoder, r.Pair = os.Getenv("ADLAB_PAPER_DATA"), os.Getenv("ADLAB_DINOV2"),
		os.Getenv("ADLAB_CLIP")
	return r
}

// Show makes an exhibit and displays it under a notebook's cell: tables, pictures, captions, and
// what made it.
func Show(id string) *Result {
	found := lab.Must(Find(id))
	r := notebookRunner()
	result := lab.Must(r.Run(context.Background(), found[0]))
	if err := r.Keep(result); err != nil {
		lab.Must(0, err)
	}
	display := func(tag string, w Words) {
		if w.EN != "" {
			gonbui.DisplayHtml(fmt.Sprintf("<%s>%s</%s><p lang=\"ko\">%s</p>", tag,
				html.EscapeString(w.EN), tag, html.EscapeString(w.KO)))
		}
	}
	display("h3", result.Exhibit.Title)
	display("p", result.Exhibit.Caption)
	for _, t := range result.Tables {
		gonbui.DisplayHtml(`<style>table.exhibit .number { text-align: right } table.exhibit th { text-align: left } tr.quoted { color: #777; font-style: italic } tr.claimed { font-weight: bold }</style>` + lab.Must(t.HTML()))
	}
	for _, f := range result.Figures {
		displayPicture(f.Picture, result.Made)
		display("p", f.Caption)
	}
	return result
}

// A picture of a notebook has at most so many bytes, as long as its tiles have so many pixels: a
// notebook of ten pictures is below 500 kB.
const pictureBytes, smallestTile = 30_000, 60

// displayPicture displays a picture that says what made it.
func displayPicture(picture image.Image, made map[string]string) {
	if kind, b := small(picture, made); gonbui.IsNotebook {
		gonbui.SendData(&protocol.DisplayData{Data: map[protocol.MIMEType]any{kind: b}})
	}
}

// small encodes a picture as PNG, or as JPEG where it is large; panels with tiles as large as fit.
func small(picture image.Image, made map[string]string) (kind protocol.MIMEType, b []byte) {
	b = lab.Must(plot.PNG(picture, made))
	if len(b) <= pictureBytes {
		return protocol.MIMEImagePNG, b
	}
	for {
		b = lab.Must(plot.JPEG(picture, made))
		p, panel := picture.(*plot.Panels)
		if !panel || len(b) <= pictureBytes || p.Side <= smallestTile {
			return "image/jpeg", b
		}
		picture = p.Sized(p.Side - 10)
	}
}

// Check prints how a result's table stands to its claims: cells without a claim or claims without a
// cell would be mistakes, and no profile but paper says that a number is reproduced.
func Check(result *Result) {
	cells := map[string]bool{}
	measured := 0
	for _, t := range result.Tables {
		for _, row := range t.rows() {
			for _, c := range row.Cells {
				if c.Claim != "" {
					cells[c.Claim] = true
					if len(c.Ours) > 0 {
						measured++
					}
				}
			}
		}
	}
	claims := result.Exhibit.Claims()
	for _, c := range claims {
		if !cells[c.ID] {
			lab.Must(0, fmt.Errorf("claim %s has no cell", c.ID))
		}
	}
	fmt.Printf("%d claims, a cell each; %d measured beside the printed number, %d quoted\n",
		len(claims), measured, len(claims)-measured)
	if Profile() != "paper" {
		fmt.Printf("profile %s: none of them counts as reproduced\n", Profile())
		return
	}
	counts := map[string]int{}
	for _, c := range lab.Must(Claims(experiment.CacheDir())) {
		if c.Exhibit == result.Exhibit.ID && !c.Quoted {
			counts[c.Status]++
		}
	}
	fmt.Printf("%d reproduced, %d deviate\n", counts[Reproduced], counts[Deviates])
}
