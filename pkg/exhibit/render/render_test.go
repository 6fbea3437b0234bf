package render

import (
	"encoding/csv"
	"encoding/xml"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"adlab/pkg/exhibit"

	"github.com/stretchr/testify/require"
)

// nasty is a table whose words every format must escape.
func nasty() *exhibit.Table {
	return &exhibit.Table{
		Title:   exhibit.Words{EN: "A & B_1 <b>", KO: "표"},
		Caption: exhibit.Words{EN: "50 % of $x$ | y", KO: "설명"}, Corner: "row",
		Columns: []string{"I-AUROC", `P,"AP"`},
		Groups: []exhibit.Group{{Name: "set | one", Rows: []exhibit.Row{
			{Name: "R&D_{4}", Kind: exhibit.Quoted,
				Cells: []exhibit.Cell{{Printed: "94.6", Claim: "c1"}, {}}},
			{Name: "ours", Kind: exhibit.Claimed,
				Cells: []exhibit.Cell{
					{Printed: "99.7", Claim: "c2", Ours: []float64{90, 92}, Decimals: 1},
					{Text: "–", Printed: "71.0", Claim: "c3", Doubt: `a "doubt"`}}},
			{Name: "<script>", Kind: exhibit.Beside,
				Cells: []exhibit.Cell{{Ours: []float64{1.25}, Decimals: 1}, {}}},
		}}},
		Notes: []string{"a note_1"},
	}
}

func TestCells(t *testing.T) {
	m, s := exhibit.Cell{Ours: []float64{1, 2, 3}}.Mean()
	require.InDelta(t, 2, m, 1e-12)
	require.InDelta(t, 1, s, 1e-12)
	require.Equal(t, "“94.6”", exhibit.Cell{Printed: "94.6"}.String())
	require.Equal(t, "91.0 ± 1.4 (99.7)", exhibit.Cell{Printed: "99.7", Ours: []float64{90, 92},
		Decimals: 1}.String())
	require.Equal(t, "–", exhibit.Cell{}.String())
	require.Equal(t, "– (71.0)", exhibit.Cell{Text: "–", Printed: "71.0"}.String(),
		"measured, and undefined")
	require.Equal(t, "1.2", exhibit.Cell{Ours: []float64{1.25}, Decimals: 1}.String())
}

func TestIntoReplacesWhatStandsBetweenItsMarks(t *testing.T) {
	file := filepath.Join(t.TempDir(), "README.md")
	write := func(text string) { require.NoError(t, os.WriteFile(file, []byte(text), 0o666)) }
	read := func() string {
		b, err := os.ReadFile(file)
		require.NoError(t, err)
		return string(b)
	}
	e := Entry{ID: "x", tables: []*exhibit.Table{nasty()}}
	write("before\n<!-- x -->\nold\n<!-- /x -->\nafter\n")
	require.NoError(t, Into(file, e))
	require.Equal(t, "before\n<!-- x -->\n"+Markdown(nasty())+"<!-- /x -->\nafter\n", read())
	once := read()
	require.NoError(t, Into(file, e))
	require.Equal(t, once, read(), "a second time changes no byte")
	write("nothing of it\n")
	require.NoError(t, Into(file, e))
	require.Equal(t, "nothing of it\n", read())
	write("<!-- x -->\n")
	require.ErrorContains(t, Into(file, e), "expected a line <!-- /x -->")
}

func TestText(t *testing.T) {
	lines := strings.Split(Text(nasty()), "\n")
	require.Equal(t, "A & B_1 <b>", lines[0])
	require.Equal(t, "row                   I-AUROC    P,\"AP\"", lines[2])
	require.Equal(t, "  R&D_{4}"+strings.Repeat(" ", 14)+"“94.6”"+strings.Repeat(" ", 9)+"–",
		lines[4])
	require.Equal(t, "  ours      91.0 ± 1.4 (99.7)  – (71.0)", lines[5])
}

func TestMarkdownHasAsManyCellsInEveryRow(t *testing.T) {
	text := Markdown(nasty())
	rows := 0
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "|") {
			require.Equal(t, 4, strings.Count(strings.ReplaceAll(line, `\|`, ""), "|"), line)
			rows++
		}
	}
	require.Equal(t, 6, rows)
	require.Contains(t, text, `| *R&D\_{4}* | *“94.6”* | *–* |`, "quoted rows look quoted")
	require.Contains(t, text, `| ours | 91.0 ± 1.4 (99.7) |`)
	require.NotContains(t, text, "<script>")
}

func TestHTMLIsWellFormed(t *testing.T) {
	text, err := HTML(nasty())
	require.NoError(t, err)
	require.NotContains(t, text, "<script>")
	require.Contains(t, text,
		`<tr class="quoted"><th scope="row">R&amp;D_{4}</th>`+
			`<td class="number" data-claim="c1">“94.6”</td>`)
	require.Contains(t, text, `91.0 ± 1.4 <small>(99.7)</small>`)
	require.Contains(t, text, `title="a &#34;doubt&#34;"`)
	d := xml.NewDecoder(strings.NewReader("<div>" + text + "</div>"))
	for {
		if _, err := d.Token(); err == io.EOF {
			break
		} else {
			require.NoError(t, err)
		}
	}
}

func TestCSVKeepsAllDigits(t *testing.T) {
	text, err := CSV(nasty())
	require.NoError(t, err)
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	require.NoError(t, err)
	require.Len(t, rows, 1+6)
	require.Equal(t, []string{"set | one", "R&D_{4}", "quoted", "I-AUROC", "", "", "", "94.6", "c1",
		""}, rows[1])
	require.Equal(t, []string{"set | one", "ours", "claimed", "I-AUROC", "91", "1.4142135623730951",
		"90 92", "99.7", "c2", ""}, rows[3])
	require.Equal(t, `P,"AP"`, rows[4][3])
}

func TestLaTeXIsEscapedAndBalanced(t *testing.T) {
	text := LaTeX(nasty())
	require.Contains(t, text, `\caption{A \& B\_1 <b>. 50 \% of \$x\$ | y}`)
	require.Contains(t, text, `\textit{R\&D\_\{4\}} & \textit{`+"``94.6''"+`} & \textit{--} \\`)
	require.Contains(t, text, `91.0 $\pm$ 1.4 (99.7)`)
	open := strings.NewReplacer(`\{`, "", `\}`, "").Replace(text)
	require.Equal(t, strings.Count(open, "{"), strings.Count(open, "}"))
	require.Equal(t, strings.Count(text, `\begin{`), strings.Count(text, `\end{`))
}

// TestAGalleryShowsOthersBeside: what a gallery in a folder has of the same exhibit, from there.
func TestAGalleryShowsOthersBeside(t *testing.T) {
	folder := t.TempDir()
	write := func(folder, profile string) {
		e := exhibit.Exhibit{ID: "one", Paper: "a paper"}
		entry, err := Write(&exhibit.Result{Exhibit: e, Tables: []*exhibit.Table{{Corner: profile +
			"'s corner"}}, Made: map[string]string{"profile": profile}}, folder)
		require.NoError(t, err)
		require.NoError(t, WriteGallery(folder, profile, []Entry{entry}))
	}
	page := func() string {
		b, err := os.ReadFile(filepath.Join(folder, "index.html"))
		require.NoError(t, err)
		return string(b)
	}
	write(folder, "tiny")
	require.NotContains(t, page(), "profile small")
	require.NoError(t, os.Mkdir(filepath.Join(folder, "small"), 0o777))
	write(filepath.Join(folder, "small"), "small")
	write(folder, "tiny")
	for _, text := range []string{"tiny&#39;s corner", "small&#39;s corner", `href="one.csv"`,
		`href="small/one.csv"`, "profile small"} {
		require.Contains(t, page(), text)
	}
}
