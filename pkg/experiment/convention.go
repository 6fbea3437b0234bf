package experiment

import (
	"slices"

	"adlab/pkg/metric"
	"adlab/pkg/setting"
)

// Convention is how pixel metrics are computed.
type Convention string

// The conventions: exact, or as the official evaluation of either paper prints them, which a
// comparison with its numbers needs.
const (
	Exact          Convention = "exact"
	INPFormerPrint Convention = "inp-former" // 200 bins: pixel AUROC, AP and AUPRO
	MultiADSPrint  Convention = "multiads"   // 200 thresholds and other axes: AUPRO
	// AllRulers is exact, and every ruler of metric.Rulers beside
	AllRulers Convention = "all"
)

// Conventions lists them.
func Conventions() []Convention {
	return []Convention{Exact, INPFormerPrint, MultiADSPrint, AllRulers}
}

// Validate says in one line that the convention is unknown.
func (c Convention) Validate() error {
	if !slices.Contains(Conventions(), c) {
		return setting.Errorf("Convention", "expected %s, %s, %s or %s, got %q", Exact,
			INPFormerPrint, MultiADSPrint, AllRulers, c)
	}
	return nil
}

// measure gives the pixel metrics of a category's maps of that side.
func (c Convention) measure(maps [][]float32, masks [][]uint8, side int) (metric.PixelScores,
	error) {
	if c == INPFormerPrint {
		return metric.Histogram(maps, masks, side)
	}
	out, err := metric.Pixel(maps, masks, side)
	if err == nil && c == MultiADSPrint {
		out.AUPRO, err = metric.MultiADSAUPRO(maps, masks, side)
	}
	return out, err
}
