package lessons

import (
	"fmt"
	"image"
	"image/draw"
	"image/png"
	"os"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"adlab/datasets"
	. "adlab/datasets/synth"

	"github.com/stretchr/testify/require"
)

func TestTrainingFamilyIsApartFromEveryBenchmark(t *testing.T) {
	names, painters := map[string]bool{}, map[uintptr]bool{}
	plain := func(s string) string {
		return strings.NewReplacer("_", " ", "-", " ").Replace(strings.ToLower(s))
	}
	for _, b := range Benchmarks() {
		for _, c := range b.Categories {
			names[plain(c.Name)], painters[reflect.ValueOf(c.Paint).Pointer()] = true, true
		}
	}
	for _, v := range datasets.Vocabularies() {
		for _, c := range v.Categories {
			names[plain(c)] = true
		}
	}
	for _, name := range Names() {
		require.False(t, names[plain(name)] || names[plain(name)+"s"], "%s is a benchmark's", name)
	}
	for i, k := range kinds {
		d := &design{Rand: Stream(fmt.Sprint(i))}
		d.stuff = newStuff(d.Rand)
		require.False(t, painters[reflect.ValueOf(k.make(d)).Pointer()],
			"%s is painted as a benchmark's category", k.names[0])
	}
}

func TestLessonsAreTheSameFromAnyNumberOfWorkers(t *testing.T) {
	const n = 16
	one, many := make([]*Lesson, n), make([]*Lesson, n)
	var wg sync.WaitGroup
	for i := range n {
		var err error
		one[i], err = Draw(5, i, 64)
		require.NoError(t, err)
		wg.Go(func() { many[i], _ = Draw(5, i, 64) })
	}
	wg.Wait()
	require.Equal(t, one, many)
	other, err := Draw(6, 1, 64)
	require.NoError(t, err)
	require.NotEqual(t, one[1].Image.Pix, other.Image.Pix)
}

func TestLessonsSayWhatTheyShow(t *testing.T) {
	seen := map[string]bool{}
	for i := range 160 {
		l, err := Draw(1, i, 64)
		require.NoError(t, err)
		require.NotEmpty(t, l.Names)
		require.NotEmpty(t, l.Material)
		if i%specimenPictures == 0 {
			require.Empty(t, l.Type+l.Place+l.Size)
			require.Empty(t, l.Masks)
			continue
		}
		seen[l.Type] = true
		require.Contains(t, l.Masks, l.Type)
		require.Contains(t, []string{"small", "medium", "large"}, l.Size)
	}
	for _, name := range Types() {
		require.True(t, seen[name], "no lesson shows %s", name)
	}
}

func TestWhereabouts(t *testing.T) {
	mask := image.NewGray(image.Rect(0, 0, 30, 30))
	draw.Draw(mask, image.Rect(22, 1, 25, 4), image.White, image.Point{}, draw.Src)
	place, size := whereabouts(mask)
	require.Equal(t, "top right", place)
	require.Equal(t, "medium", size)
	draw.Draw(mask, image.Rect(0, 0, 30, 30), image.White, image.Point{}, draw.Src)
	place, size = whereabouts(mask)
	require.Equal(t, "centre", place)
	require.Equal(t, "large", size)
}

// TestLessonSheet writes a contact sheet where $ADLAB_SHEET names a file.
func TestLessonSheet(t *testing.T) {
	file := os.Getenv("ADLAB_SHEET")
	if file == "" {
		t.Skip("ADLAB_SHEET names no file")
	}
	const side, columns, rows = 112, 12, 10
	sheet := image.NewNRGBA(image.Rect(0, 0, columns*side, rows*side))
	for k := range columns * rows {
		l, err := Draw(1, k, side)
		require.NoError(t, err)
		draw.Draw(sheet, image.Rect(0, 0, side, side).Add(image.Pt(k%columns*side, k/columns*side)),
			l.Image, image.Point{}, draw.Src)
	}
	out, err := os.Create(file)
	require.NoError(t, err)
	require.NoError(t, png.Encode(out, sheet))
	require.NoError(t, out.Close())
	require.True(t, slices.IsSorted(Types()))
}
