package live

import (
	_ "embed"
	"fmt"
	"html/template"
	"strings"
)

//go:embed block.html
var blockHTML string

var blockTemplate = template.Must(template.New("block").Parse(blockHTML))

// block is the live cell as HTML: with its controls and its picture, or, when it has ended, what
// stays above the picture.
func (l *cell[S]) block(state, why string) string {
	var b strings.Builder
	err := blockTemplate.Execute(&b, map[string]any{
		"Name": l.session.Name(), "Title": l.session.Title(), "State": state, "Why": why,
		"Seq": l.seq, "Panel": l.session.Panel(l.state),
		"Rows": l.addresses(), "Numbers": l.frame.Numbers, "Message": l.frame.Message,
		"Text": l.frame.Text, "Stop": stopControl,
	})
	if err != nil { // the template and the data are ours
		panic(fmt.Sprintf("live: %v", err))
	}
	return b.String()
}
