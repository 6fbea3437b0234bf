package align

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// Drawn at once, found in the folder, and drawn again after a shard was lost: the same pictures.
func TestDrawnPicturesAreKept(t *testing.T) {
	dir := t.TempDir()
	var told []int
	tell := func(done, total int) {
		require.Equal(t, 7, total)
		told = append(told, done)
	}
	first, err := Draw(t.Context(), dir, 3, 4, 3, tell)
	require.NoError(t, err)
	require.Equal(t, []int{4, 7}, told)
	require.Len(t, first.Told, 7)
	require.Len(t, first.Images, 7*Side*Side*3)
	require.Len(t, first.Masks, 7*Side*Side)
	for i, lesson := range first.Told {
		flawed := false
		for _, v := range first.Masks[i*Side*Side : (i+1)*Side*Side] {
			require.LessOrEqual(t, v, uint8(1))
			flawed = flawed || v == 1
		}
		require.Equal(t, lesson.Type != "", flawed, "picture %d: %s", i, lesson.Type)
		require.NotEmpty(t, lesson.Names)
	}
	shards, err := filepath.Glob(filepath.Join(dir, "*.safetensors"))
	require.NoError(t, err)
	require.Len(t, shards, 2)
	require.NoError(t, os.Remove(shards[0]))
	again, err := Draw(t.Context(), dir, 3, 4, 3, tell)
	require.NoError(t, err)
	require.Equal(t, first, again)
	other, err := Draw(t.Context(), dir, 4, 4, 3, tell)
	require.NoError(t, err)
	require.NotEqual(t, first.Images, other.Images)
}

func TestAnInterruptedDrawingLeavesNoShard(t *testing.T) {
	dir := t.TempDir()
	reason := errors.New("enough")
	ctx, stop := context.WithCancelCause(t.Context())
	stop(reason)
	_, err := Draw(ctx, dir, 1, 2, 0, func(int, int) {})
	require.ErrorIs(t, err, reason)
	files, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Empty(t, files)
}

// A sketch keeps its mask's place when it is enlarged.
func TestEnlarged(t *testing.T) {
	const side = Side / 2
	pixels, mask := make([]uint8, side*side*3), make([]uint8, side*side)
	mask[1*side+2] = 1
	image, flaw := enlarged(pixels, mask, side)
	require.Len(t, image, Side*Side*3)
	sum := 0
	for i, v := range flaw {
		if v == 1 {
			sum++
			require.Equal(t, []int{1, 2}, []int{i / Side / 2, i % Side / 2})
		}
	}
	require.Equal(t, 4, sum)
}

func TestPickSharpOnesMoreOften(t *testing.T) {
	l := &Pictures{sharp: 1}
	for range 100 {
		l.Told = append(l.Told, nil)
	}
	r, sharp := rand.New(rand.NewPCG(1, 1)), 0
	for range 3000 {
		if l.Pick(r) == 0 {
			sharp++
		}
	}
	require.InDelta(t, 1000, sharp, 150)
}
