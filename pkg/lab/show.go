package lab

import (
	"context"
	"fmt"
	"image"

	"adlab/pkg/exhibit"
	"adlab/pkg/exhibit/render"
	"adlab/pkg/experiment"
	"adlab/pkg/papers"
	"adlab/pkg/plot"
	"adlab/pkg/view"

	"github.com/janpfeifer/gonb/gonbui"
	"github.com/janpfeifer/gonb/gonbui/protocol"
)

// Show displays under a cell an exhibit by its ID, such as "inp-table2", a step of a walk, or a
// picture.
func Show(what any) {
	switch x := what.(type) {
	case string:
		showExhibit(x)
	case view.Step:
		display(Must(x(context.Background())), nil)
	case image.Image:
		display(x, nil)
	default:
		Must(0, fmt.Errorf("show: expected an exhibit's ID, a step or a picture, got a %T", what))
	}
}

// Table displays an exhibit with claims and prints how its table stands to them: cells without a
// claim or claims without a cell would be mistakes, and no profile but paper says that a number is
// reproduced.
func Table(id string) {
	r := showExhibit(id)
	cells := map[string]bool{}
	measured := 0
	for _, t := range r.Tables {
		for _, row := range t.Rows() {
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
	claims := r.Exhibit.Claims()
	for _, c := range claims {
		if !cells[c.ID] {
			Must(0, fmt.Errorf("claim %s has no cell", c.ID))
		}
	}
	fmt.Printf("%d claims, a cell each; %d measured beside the printed number, %d quoted\n",
		len(claims), measured, len(claims)-measured)
	if profile := r.Made["profile"]; profile != "paper" {
		fmt.Printf("profile %s: none of them counts as reproduced\n", profile)
		return
	}
	counts := map[string]int{}
	for _, c := range Must(exhibit.Claims(papers.All(), experiment.CacheDir())) {
		if c.Exhibit == id && !c.Quoted {
			counts[c.Status]++
		}
	}
	fmt.Printf("%d reproduced, %d deviate\n", counts[exhibit.Reproduced],
		counts[exhibit.Deviates])
}

// showExhibit makes an exhibit and displays tables, pictures, captions, and what made it.
func showExhibit(id string) *exhibit.Result {
	found, r := Must(papers.Find(id)), Notebook().Runner
	result := Must(r.Run(context.Background(), found[0]))
	Must(0, r.Keep(result))
	showWords("h3", result.Exhibit.Title)
	showWords("p", result.Exhibit.Caption)
	for _, t := range result.Tables {
		gonbui.DisplayHtml(render.Inline(Must(render.HTML(t))))
	}
	for _, f := range result.Figures {
		display(f.Picture, result.Made)
		showWords("p", f.Caption)
	}
	return result
}

// A picture of a notebook has at most so many bytes, as long as its tiles have so many pixels: a
// notebook of ten pictures is below 500 kB.
const pictureBytes, smallestTile = 30_000, 60

// display displays a picture that says what made it.
func display(picture image.Image, made map[string]string) {
	send(small(picture, made))
}

// send displays an encoded picture.
func send(kind protocol.MIMEType, b []byte) {
	if gonbui.IsNotebook {
		gonbui.SendData(&protocol.DisplayData{Data: map[protocol.MIMEType]any{kind: b}})
	}
}

// small encodes a picture as PNG, or as JPEG where it is large; panels with tiles as large as fit.
func small(picture image.Image, made map[string]string) (kind protocol.MIMEType, b []byte) {
	b = Must(plot.PNG(picture, made))
	if len(b) <= pictureBytes {
		return protocol.MIMEImagePNG, b
	}
	for {
		b = Must(plot.JPEG(picture, made))
		p, panel := picture.(*plot.Panels)
		if !panel || len(b) <= pictureBytes || p.Side <= smallestTile {
			return "image/jpeg", b
		}
		picture = p.Sized(p.Side - 10)
	}
}
