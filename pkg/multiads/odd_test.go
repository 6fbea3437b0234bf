package multiads

import (
	"strings"
	"testing"

	"adlab/datasets/kba"
	"adlab/pkg/clip"

	"github.com/stretchr/testify/require"
)

// TestWhatIsOddInPromptsIsSaidOnce: whatever the number of templates and of questions.
func TestWhatIsOddInPromptsIsSaidOnce(t *testing.T) {
	long := "[cls] with " + strings.Repeat("dent ", 75)
	base := &kba.Base{Types: []kba.Type{{Name: "a", Prompts: []string{"[cls] with a hole", long,
		"찍힘이 있는 [cls]", "🔩 with a hole, 있는"}}}}
	var notes []string
	d := &Detector{noted: map[string]bool{}, Config: Config{
		Model: clip.TapEncoder{}, Sentences: &kba.Sentences{Normal: []string{"[cls]"},
			Templates: []string{"a [state].", "a photo of the [state]."}},
		Note: func(text string) { notes = append(notes, text) }}}
	d.note(base, "nut")
	d.note(base, "nut")
	want := []string{"a prompt makes longer sentences than the text tower reads, the rest is " +
		"cut off: " +
		long[:60] + "..."}
	for _, word := range []string{"찍힘이", "있는", "🔩", "있는"} {
		want = append(want, UnknownWord(word))
	}
	require.Equal(t, want, notes)
	// the very longest that fits
	fits := strings.Repeat("dent ", 75-3)
	require.Empty(t, odd(clip.TapEncoder{}, fits+"[cls]", "nut", []string{"a [state]."}))
	require.NotEmpty(t, odd(clip.TapEncoder{}, fits+"dent [cls]", "nut", []string{"a [state]."}))
}
