package exhibit

import (
	"testing"

	"adlab/pkg/experiment"

	"github.com/stretchr/testify/require"
)

func TestCostsAreToldApart(t *testing.T) {
	v := &experiment.Env{Cache: "cache"}
	require.Equal(t, CostPath(v, "attention", 4), CostPath(v, "attention", 4))
	require.NotEqual(t, CostPath(v, "attention", 4), CostPath(v, "attention", 5))
	require.NotEqual(t, CostPath(v, "attention", 4), CostPath(&experiment.Env{Cache: "other"},
		"attention", 4))
}
