package render

import "strings"

// inline gives each part of a table its own style.
var inline = strings.NewReplacer(
	`class="number"`, `class="number" style="text-align: right"`,
	`<tr class="quoted">`, `<tr class="quoted" style="opacity: 0.75; font-style: italic">`,
	`<tr class="claimed">`, `<tr class="claimed" style="font-weight: bold">`,
	`<th scope="row">`, `<th scope="row" style="text-align: left; font-weight: inherit">`,
	`<th scope="rowgroup"`, `<th scope="rowgroup" style="text-align: left"`)

// Inline is a table of HTML with its looks in itself, for a notebook: JupyterLab takes a sheet of
// styles away from a notebook that it does not trust, such as a stored one.
func Inline(table string) string { return inline.Replace(table) }
