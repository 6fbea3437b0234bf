package world

import (
	"testing"

	"adlab/pkg/exhibit"

	"github.com/stretchr/testify/require"
)

func texts(row exhibit.Row) (all []string) {
	for _, c := range row.Cells {
		all = append(all, c.String())
	}
	return all
}

func TestAnswersByHand(t *testing.T) {
	a := answers{Types: []string{"crack", "pit"}, All: []answer{
		{"1", "crack", "crack", 0.3}, {"2", "crack", "pit", -0.2}, {"3", "crack", "crack", 0.1},
		{"3", "pit", "crack", -0.1}}}
	seen := map[string]bool{"crack": true}
	require.Equal(t, []string{"4", "2", "50.0", "75.0", "50.0", "66.7", "0.0"},
		texts(a.summary("a set", seen)))
	rows := a.confusion("a set", seen).Groups[0].Rows
	require.Equal(t, "crack, seen", rows[0].Name)
	require.Equal(t, []string{"3", "66.7", "33.3"}, texts(rows[0]))
	require.Equal(t, "pit, unseen", rows[1].Name)
	require.Equal(t, []string{"1", "100.0", "0.0"}, texts(rows[1]))
	require.Equal(t, []string{"1", "3", "2"}, a.shown(), "the third of four is the middle one")
	require.Equal(t, "–", texts(a.summary("a set", map[string]bool{"crack": true,
		"pit": true}))[6])
	a.Types = append(a.Types, "hole")
	require.Equal(t, []string{"0", "–", "–", "–"},
		texts(a.confusion("a set", seen).Groups[0].Rows[2]), "of no defect there is no percent")
}

func TestMeanWithinAMask(t *testing.T) {
	v, ok := meanWithin([]float32{1, 2, 6}, []uint8{0, 1, 1})
	require.True(t, ok)
	require.Equal(t, 4., v)
	_, ok = meanWithin([]float32{1}, []uint8{0})
	require.False(t, ok)
}

// A type is seen where any source has it, by name or by concept.
func TestSeenTypesOfTheTransfers(t *testing.T) {
	require.Equal(t, map[string]bool{"blowhole": false, "break": true, "crack": true,
		"fray": false, "uneven": false}, seenBy("mtd", []string{"mvtec", "deeppcb"}))
	require.Equal(t, "MTD, learned from MVTec-AD and DeepPCB",
		transferName("mtd", []string{"mvtec", "deeppcb"}, ""))
}

func TestTypesOfRealPicturesInSmoke(t *testing.T) {
	result, _ := smoked(t, "real-types")
	require.Len(t, result.Figures, 2)
	require.Len(t, result.Tables, 4)
	require.Len(t, result.Tables[1].Groups[0].Rows, 2)
	for i, types := range []int{5, 6} {
		addsUp(t, result.Tables[2+i], result.Tables[1].Groups[0].Rows[i], types)
	}
}

// addsUp tells whether a confusion table has all defects of its summary, each taken for one type.
func addsUp(t *testing.T, confusion *exhibit.Table, summary exhibit.Row, types int) {
	require.Len(t, confusion.Columns, 1+types)
	rows, right, all := confusion.Groups[0].Rows, 0., 0.
	require.Len(t, rows, types)
	for i, row := range rows {
		of, sum := row.Cells[0].Ours[0], 0.
		if of == 0 {
			continue
		}
		for _, c := range row.Cells[1:] {
			sum += c.Ours[0]
		}
		require.InDelta(t, 100, sum, 1e-9, row.Name)
		right, all = right+of*row.Cells[1+i].Ours[0], all+of
	}
	require.Positive(t, all)
	require.Equal(t, all, summary.Cells[0].Ours[0])
	require.InDelta(t, right/all, summary.Cells[4].Ours[0], 1e-9, "what is told is the diagonal")
}
