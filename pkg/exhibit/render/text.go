// Package render writes exhibits: tables as text, Markdown, HTML, CSV and LaTeX, results into a
// folder, and the gallery's page around them.
package render

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"adlab/pkg/exhibit"
)

// Formats of a table, by the ending of its file.
var Formats = []struct {
	Ending string
	Render func(*exhibit.Table) (string, error)
}{
	{"txt", func(t *exhibit.Table) (string, error) { return Text(t), nil }},
	{"md", func(t *exhibit.Table) (string, error) { return Markdown(t), nil }},
	{"html", HTML},
	{"csv", CSV},
	{"tex", func(t *exhibit.Table) (string, error) { return LaTeX(t), nil }},
}

// Text is the table for a terminal.
func Text(t *exhibit.Table) string {
	widths := make([]int, len(t.Columns)+1)
	measure := func(column int, s string) {
		widths[column] = max(widths[column], utf8.RuneCountInString(s))
	}
	measure(0, t.Corner)
	for i, c := range t.Columns {
		measure(i+1, c)
	}
	for _, row := range t.Rows() {
		measure(0, "  "+row.Name)
		for i, c := range row.Cells {
			measure(i+1, c.String())
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n", t.Title.EN)
	line := func(first string, cells func(i int) string) {
		text := first + strings.Repeat(" ", widths[0]-utf8.RuneCountInString(first))
		for i := range t.Columns {
			s := cells(i)
			text += "  " + strings.Repeat(" ", widths[i+1]-utf8.RuneCountInString(s)) + s
		}
		b.WriteString(strings.TrimRight(text, " ") + "\n")
	}
	line(t.Corner, func(i int) string { return t.Columns[i] })
	for _, g := range t.Groups {
		b.WriteString(g.Heading() + "\n")
		for _, row := range g.Rows {
			line("  "+row.Name, func(i int) string { return row.Cells[i].String() })
		}
	}
	b.WriteString("\n" + t.Caption.EN + "\n")
	for _, n := range t.Notes {
		b.WriteString(n + "\n")
	}
	return b.String()
}

// escapeMarkdown keeps a text from being read as markup.
var escapeMarkdown = strings.NewReplacer(`\`, `\\`, "|", `\|`, "*", `\*`, "_", `\_`, "`", "\\`",
	"<", "&lt;", ">", "&gt;", "[", `\[`, "]", `\]`, "\n", " ").Replace

// Markdown is the table in Markdown: quoted rows in italics, ours in plain type, groups in bold.
func Markdown(t *exhibit.Table) string {
	var b strings.Builder
	fmt.Fprintf(&b, "**%s**\n\n| %s |", escapeMarkdown(t.Title.EN), escapeMarkdown(t.Corner))
	for _, c := range t.Columns {
		fmt.Fprintf(&b, " %s |", escapeMarkdown(c))
	}
	b.WriteString("\n|---|" + strings.Repeat("---:|", len(t.Columns)) + "\n")
	for _, g := range t.Groups {
		fmt.Fprintf(&b, "| **%s** |%s\n", escapeMarkdown(g.Heading()),
			strings.Repeat(" |", len(t.Columns)))
		for _, row := range g.Rows {
			style := "%s"
			if row.Kind == exhibit.Quoted {
				style = "*%s*"
			}
			fmt.Fprintf(&b, "| "+style+" |", escapeMarkdown(row.Name))
			for _, c := range row.Cells {
				fmt.Fprintf(&b, " "+style+" |", escapeMarkdown(c.String()))
			}
			b.WriteString("\n")
		}
	}
	fmt.Fprintf(&b, "\n%s\n", escapeMarkdown(t.Caption.EN))
	if t.Caption.KO != "" {
		fmt.Fprintf(&b, "\n%s\n", escapeMarkdown(t.Caption.KO))
	}
	for _, n := range t.Notes {
		fmt.Fprintf(&b, "\n%s\n", escapeMarkdown(n))
	}
	return b.String()
}

// escapeLaTeX keeps a text from being read as commands.
var escapeLaTeX = strings.NewReplacer(`\`, `\textbackslash{}`, "&", `\&`, "%", `\%`, "$", `\$`, "#",
	`\#`, "_", `\_`, "{", `\{`, "}", `\}`, "~", `\textasciitilde{}`,
	"^", `\textasciicircum{}`, "±", `$\pm$`, "“", "``", "”", "''", "–", "--", "−", `$-$`, "·",
	`$\cdot$`, "²", `$^2$`, "×", `$\times$`, "\n", " ").Replace

// LaTeX is the table as a tabular environment with booktabs' rules; quoted rows are in italics.
func LaTeX(t *exhibit.Table) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%% needs \\usepackage{booktabs}\n\\begin{table}\n\\centering\n\\caption{%s. "+
		"%s}\n\\begin{tabular}{l%s}\n\\toprule\n%s", escapeLaTeX(t.Title.EN),
		escapeLaTeX(t.Caption.EN), strings.Repeat("r", len(t.Columns)), escapeLaTeX(t.Corner))
	for _, c := range t.Columns {
		b.WriteString(" & " + escapeLaTeX(c))
	}
	b.WriteString(" \\\\\n")
	for _, g := range t.Groups {
		fmt.Fprintf(&b, "\\midrule\n\\multicolumn{%d}{l}{\\textbf{%s}} \\\\\n", len(t.Columns)+1,
			escapeLaTeX(g.Heading()))
		for _, row := range g.Rows {
			style := "%s"
			if row.Kind == exhibit.Quoted {
				style = `\textit{%s}`
			}
			fmt.Fprintf(&b, style, escapeLaTeX(row.Name))
			for _, c := range row.Cells {
				fmt.Fprintf(&b, " & "+style, escapeLaTeX(c.String()))
			}
			b.WriteString(" \\\\\n")
		}
	}
	b.WriteString("\\bottomrule\n\\end{tabular}\n")
	for _, n := range t.Notes {
		fmt.Fprintf(&b, "\n\\smallskip\\footnotesize %s\n", escapeLaTeX(n))
	}
	b.WriteString("\\end{table}\n")
	return b.String()
}
