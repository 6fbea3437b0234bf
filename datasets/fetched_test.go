package datasets

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// kinds counts training images, normal and anomalous test images.
func kinds(c Category) (train, normal, anomalous int) {
	for _, x := range c.Test {
		anomalous += x.Label
	}
	return len(c.Train), len(c.Test) - anomalous, anomalous
}

// elpvTree is a small copy of the layout: per kind of cell six of label 0, two of each doubtful
// label, three of label 1.
func elpvTree(t *testing.T) string {
	var files, lines []string
	for i := range 26 {
		name := fmt.Sprintf("images/cell%04d.png", i+1)
		p := []string{"0.0", "0.0", "0.0", "0.0", "0.0", "0.0", "0.3333333333333333",
			"0.3333333333333333", "0.6666666666666666", "0.6666666666666666", "1.0", "1.0",
			"1.0"}[i/2]
		files = append(files, name)
		lines = append(lines, fmt.Sprintf("%s  %s \t %s", name, p, []string{"mono", "poly"}[i%2]))
	}
	root := tree(t, files...)
	require.NoError(t, os.WriteFile(filepath.Join(root, "labels.csv"),
		[]byte(strings.Join(lines, "\n")+"\n"), 0o666))
	return root
}

func TestELPV(t *testing.T) {
	root := elpvTree(t)
	set, err := Open("elpv", root, Options{})
	require.NoError(t, err)
	require.Equal(t, "CC BY-NC-SA 4.0", set.Licence)
	require.Contains(t, set.Source, "elpv-dataset 1.0.0.post1")
	require.False(t, set.HasMasks)
	require.Len(t, set.Train(), 8, "two thirds of the 12 of label 0")
	require.Len(t, set.All(), 12+6, "the doubtful ones are left out")
	require.Equal(t, []string{"mono", "poly"}, []string{set.Categories[0].Name,
		set.Categories[1].Name})
	for _, c := range set.Categories {
		_, _, anomalous := kinds(c)
		require.Equal(t, 3, anomalous)
		for _, x := range c.Train {
			require.Equal(t, []any{c.Name, TrainSplit, Good, 0},
				[]any{x.Category, x.Split, x.DefectType, x.Label})
		}
		for _, x := range c.Test {
			require.Equal(t, TestSplit, x.Split)
			require.Equal(t, map[int]string{0: Good, 1: "defect"}[x.Label], x.DefectType)
		}
	}
}

func TestELPVMistakes(t *testing.T) {
	type edit = func(lines []string) []string
	put := func(at int, line string) edit {
		return func(l []string) []string {
			l[at] = line
			return l
		}
	}
	for want, edit := range map[string]edit{
		`labels.csv:2: expected PATH PROBABILITY mono|poly, got "images/x.png 0.0"`: put(1,
			"images/x.png 0.0"),
		`labels.csv:1: expected a probability from 0 to 1, got "NaN"`: put(0,
			"images/cell0001.png NaN mono"),
		`labels.csv:1: expected a path within the folder, got "../a.png"`: put(0,
			"../a.png 0.0 mono"),
		`labels.csv:3: expected each image once, got "images/cell0001.png" again`: func(
			l []string) []string {
			l[2] = l[0]
			return l
		},
		`images/none.png that it lists, got none`: put(2, "images/none.png 1.0 mono"),
		`expected normal and defective mono cells, got 0 to learn from and 0 to test`: func(
			[]string) []string {
			return nil
		},
	} {
		root := elpvTree(t)
		path := filepath.Join(root, "labels.csv")
		b, err := os.ReadFile(path)
		require.NoError(t, err)
		lines := edit(strings.Split(strings.TrimSpace(string(b)), "\n"))
		require.NoError(t, os.WriteFile(path, []byte(strings.Join(lines, "\n")), 0o666))
		_, err = Open("elpv", root, Options{})
		require.ErrorContains(t, err, want)
		require.ErrorContains(t, err, path)
	}
	_, err := Open("elpv", tree(t, "a.png"), Options{})
	require.ErrorContains(t, err, "expected labels.csv and images in it, got a.png")
}

func TestTextile(t *testing.T) {
	var files []string
	for i := range 9 {
		files = append(files, fmt.Sprintf("nominal/n%d.jpg", i))
	}
	for i := range 4 {
		files = append(files, fmt.Sprintf("local/l%d.jpg", i), fmt.Sprintf("global/g%d.jpg", i))
	}
	root := tree(t, files...)
	set, err := Open("textile", root, Options{})
	require.NoError(t, err)
	require.Equal(t, "MIT", set.Licence)
	local, global := set.Categories[0], set.Categories[1]
	require.Equal(t, []string{"local", "global"}, []string{local.Name, global.Name})
	require.Equal(t, ids(local.Train), ids(global.Train))
	require.Equal(t, ids(local.Test)[:3], ids(global.Test)[:3])
	for _, c := range set.Categories {
		train, normal, anomalous := kinds(c)
		require.Equal(t, [3]int{6, 3, 4}, [3]int{train, normal, anomalous})
		for _, x := range append(append([]Sample{}, c.Train...), c.Test...) {
			require.Equal(t, c.Name, x.Category)
		}
		require.Equal(t, c.Name, c.Test[3].DefectType)
	}
	require.Len(t, set.Train(), 6)
	require.Len(t, set.All(), 9+8)
	require.NoError(t, os.RemoveAll(filepath.Join(root, "local")))
	_, err = Open("textile", root, Options{})
	require.EqualError(t, err, root+": expected folders nominal, local and global in it, got "+
		"global, nominal")
}

// The fetched copies, where they are here, have the documented splits.
func TestFetchedSets(t *testing.T) {
	for name, want := range map[string]map[string][3]int{
		"elpv":    {"mono": {374, 214, 313}, "poly": {626, 294, 402}},
		"textile": {"local": {700, 300, 500}, "global": {700, 300, 500}},
		"mtd":     {"magnetic_tile": {761, 191, 392}},
		"deeppcb": {"pcb": {1000, 500, 500}},
	} {
		if !Fetched(name, Home()) {
			t.Logf("%s: not fetched", name)
			continue
		}
		set, err := Open(name, "", Options{})
		require.NoError(t, err)
		for _, c := range set.Categories {
			train, normal, anomalous := kinds(c)
			require.Equal(t, want[c.Name], [3]int{train, normal, anomalous}, "%s %s", name, c.Name)
		}
	}
}
