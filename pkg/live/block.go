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
	found, done := l.found(), 0
	for _, x := range found {
		done += btoi(x.Done)
	}
	var b strings.Builder
	err := blockTemplate.Execute(&b, map[string]any{
		"Name": l.session.Name(), "Title": l.session.Title(), "State": state, "Why": why,
		"Seq": l.seq, "Panel": l.session.Panel(l.state),
		"Rows": addresses(l.rows), "Numbers": l.frame.Numbers, "Message": l.frame.Message,
		"Text": l.frame.Text, "Stop": stopControl, "Undo": undoControl, "Keep": keepControl,
		"Found": found, "Done": done,
		"Describe": describe(l.session.Title(), l.session.Panel(l.state)),
	})
	if err != nil { // the template and the data are ours
		panic(fmt.Sprintf("live: %v", err))
	}
	return b.String()
}

// describe says in words what the picture shows: the title and where the controls stand.
func describe[S any](title string, panel Panel[S]) string {
	said := []string{title}
	for _, c := range panel {
		if c.Kind == Range || c.Kind == Select {
			said = append(said, c.Label+" "+c.spoken())
		}
	}
	return strings.Join(said, ", ")
}
