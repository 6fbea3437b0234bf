package exhibit

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestACaptionIsInItsLanguage, with what the figure says in it.
func TestACaptionIsInItsLanguage(t *testing.T) {
	r := Smoke(t)
	text := Text{Figures: map[string]Words{Each: {"of {}.", "{}의."}}}
	require.Equal(t, Words{"of generated, in the layout of VisA.", "VisA 형식의 생성 이미지의."},
		text.captioned(Figure{Says: r.Named("visa")}).Caption)
	require.Equal(t, Words{"of kNN.", "kNN의."},
		text.captioned(Figure{Says: Words{EN: "kNN"}}).Caption)
}
