package lab

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"adlab/datasets/synth"
	"adlab/pkg/experiment"
	"adlab/pkg/progress"

	"github.com/stretchr/testify/require"
)

func TestEncoderTableGoesOnWhereItStopped(t *testing.T) {
	v, err := experiment.Open("", t.TempDir(), progress.New(nil))
	require.NoError(t, err)
	l := &Lab{Env: v}
	root := filepath.Join(t.TempDir(), "mvtec")
	for _, b := range synth.Benchmarks() {
		if b.Name == "mvtec" {
			require.NoError(t, synth.Write(t.Context(), b, "smoke", 1, root, 0, nil))
		}
	}
	o := BenchOptions{Sets: []BenchSet{{"generated mvtec", "mvtec", root}},
		Methods: []string{"knn"}, Encoders: []string{"HOG", "raw pixels"}, Seeds: []uint64{1, 2},
		Version: "first"}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	err = l.BenchEncoders(ctx, o, func(*EncoderTable) error { cancel(); return nil })
	require.ErrorIs(t, err, context.Canceled)

	o.Version = "second"
	var last *EncoderTable
	require.NoError(t, l.BenchEncoders(t.Context(), o, func(table *EncoderTable) error {
		last = table
		return nil
	}))
	require.Len(t, last.Cells, 4)
	require.Equal(t, "first", last.Cells[0].Version, "the finished cell is not measured again")
	require.Equal(t, "second", last.Cells[1].Version)
	require.NotNil(t, last.Cells[0].Mean.AUPRO)
	require.Positive(t, last.Milliseconds["HOG"])

	base := filepath.Join(t.TempDir(), "encoders")
	require.NoError(t, last.Write(base))
	page, err := os.ReadFile(base + ".md")
	require.NoError(t, err)
	require.Contains(t, string(page), "| HOG | knn | 0 |")
	require.Contains(t, string(page), " ± ")

	o.Report, o.Seeds = true, []uint64{1, 2, 3}
	require.NoError(t, l.BenchEncoders(t.Context(), o, func(table *EncoderTable) error {
		last = table
		return nil
	}))
	require.Len(t, last.Cells, 4, "a report measures nothing")
	o.Encoders = []string{"none"}
	require.ErrorContains(t, l.BenchEncoders(t.Context(), o, nil),
		"--encoders: expected some of EfficientNet-Lite0")
}

func TestEncoderTableColumns(t *testing.T) {
	x := func(v float64) *float64 { return &v }
	row := func(name string, v float64) experiment.CategoryReport {
		return experiment.CategoryReport{Name: name, Metrics: experiment.Metrics{ImageAUROC: x(v)}}
	}
	table := &EncoderTable{Milliseconds: map[string]float64{"HOG": 1.25}, Cells: []EncoderCell{
		{Encoder: "HOG", Method: "knn", Set: "elpv", Seed: 1,
			Categories: []experiment.CategoryReport{row("mono", 0.5), row("poly", 0.7)},
			Mean:       experiment.Metrics{ImageAUROC: x(0.6)}},
		{Encoder: "HOG", Method: "knn", Set: "elpv", Seed: 2,
			Categories: []experiment.CategoryReport{row("mono", 0.6), row("poly", 0.7)},
			Mean:       experiment.Metrics{ImageAUROC: x(0.65)}},
		{Encoder: "HOG", Method: "knn", Set: "generated mvtec", Seed: 1,
			Mean: experiment.Metrics{ImageAUROC: x(0.9), AUPRO: x(0.8)}},
	}}
	require.Equal(t, []column{{"elpv", "mono"}, {"elpv", "poly"}, {"elpv", "mean"},
		{"generated mvtec", "mean"}}, table.columns())
	page := table.Markdown()
	require.Contains(t, page, "| HOG | knn | 0 | 1.2 | 0.550 ± 0.071 | 0.700 ± 0.000 | 0.625 ± "+
		"0.035 | 0.900 / 0.800 |")
}
