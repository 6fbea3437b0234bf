package live

import (
	"testing"

	"adlab/datasets/kba"

	"github.com/stretchr/testify/require"
)

// TestAddressesTellTextsApart: two prompts are not one that reads like both.
func TestAddressesTellTextsApart(t *testing.T) {
	base := func(prompts ...string) kba.Base {
		return kba.Base{Types: []kba.Type{{Name: "hole", Prompts: prompts}}}
	}
	two, one := base("[cls] with a hole", "[cls] with a crack"),
		base("[cls] with a hole [cls] with a crack")
	require.NotEqual(t, digest(two), digest(one))
	require.Equal(t, digest(two), digest(base("[cls] with a hole", "[cls] with a crack")))
}
