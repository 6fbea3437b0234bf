package inpformer

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAblationsDifferFromThePaperInOneSwitchEach(t *testing.T) {
	s := Settings{INPs: 6}
	paper := s.Config(192, 14)
	require.Equal(t, Default(192, 14), paper)
	seen := map[Config]string{paper: "the paper"}
	for _, name := range Ablations() {
		s.Ablation = name
		cfg := s.Config(192, 14)
		require.NoError(t, cfg.Validate())
		require.Empty(t, seen[cfg], name)
		seen[cfg] = name
	}
	require.Len(t, seen, 7)
}
