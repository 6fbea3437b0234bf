//go:build !js

package progress

import (
	"os"

	"github.com/janpfeifer/gonb/gonbui"
	"golang.org/x/term"
)

// inNotebook tells that the program is a notebook's cell.
var inNotebook = gonbui.IsNotebook

// updateHTML writes an element of the notebook anew.
func updateHTML(id, html string) { gonbui.UpdateHtml(id, html) }

func isTerminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }
