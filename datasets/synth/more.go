package synth

import "slices"

// MoreBenchmarks are stand-ins for published data sets beside those of both papers, in their
// layouts. But for MVTec LOCO's, MTD's and DeepPCB's their categories are drawn as another
// benchmark's are.
func MoreBenchmarks() []Benchmark {
	logical := same("missing part", "extra part", "swapped parts", "misplaced part", "wrong part")
	with := func(more ...string) []Type { return append(slices.Clone(logical), same(more...)...) }
	bad := func(draw ...string) (types []Type) {
		for _, d := range draw {
			types = append(types, Type{"bad", d})
		}
		return types
	}
	ko := func(draw ...string) (types []Type) {
		for _, d := range draw {
			types = append(types, Type{"ko", d})
		}
		return types
	}
	return []Benchmark{
		{Name: "mtd", Layout: "mtd", StandsFor: "MTD", write: mtdLayout{},
			Categories: []Category{{"magnetic_tile", []Type{{"blowhole", "pit"}, {"break", "chip"},
				{"crack", "crack"}, {"fray", "damage"}, {"uneven", "stain"}}, magneticTile}}},
		{Name: "deeppcb", Layout: "deeppcb", StandsFor: "DeepPCB", write: pcbLayout{},
			Categories: []Category{{Name: "pcb", Types: same(pcbTypes...)}}},
		{Name: "mvtec-ad2", Layout: "mvtec-ad2", StandsFor: "MVTec AD 2", write: adTwoLayout{},
			Categories: []Category{{"can", bad("scratch", "deformation"), crown},
				{"fabric", bad("hole", "thread", "cut"), cloth}}},
		{Name: "mvtec-loco", Layout: "mvtec-loco", StandsFor: "MVTec LOCO AD",
			write: defectsLayout{kind: logicalOr, number: "%03d", validation: true},
			Categories: []Category{
				{"lunch_box", with("contamination", "stain"), lunchBox},
				{"sorting_tray", with("contamination", "scratch"), sortingTray},
				{"terminal", with("burnt", "contamination"), terminal},
			}},
		{Name: "autovi", Layout: "autovi", StandsFor: "AutoVI",
			write: defectsLayout{kind: job.kind, number: "%04d"},
			Categories: []Category{{"engine_wiring", []Type{{"fastening", "misplaced"},
				{"cut", "cut"}, {"missing", "missing"}}, cable},
				{"pipe_clip", same("broken", "scratch"), pipe}}},
		{Name: "btad", Layout: "btad", StandsFor: "BTAD", write: btadLayout{},
			Categories: []Category{{"01", ko("scratch", "chip"), crown},
				{"02", ko("stain", "crack"), wood}, {"03", ko("bent", "broken"), mesh}}},
		{Name: "ksdd2", Layout: "ksdd2", StandsFor: "KolektorSDD2", write: ksdd2Layout{},
			Categories: []Category{{"kolektor", []Type{{"defect", "scratch"}, {"defect", "stain"}},
				brushed}}},
	}
}

// Find finds a benchmark of either list by its name.
func Find(name string) (b Benchmark, known bool) {
	all := append(Benchmarks(), MoreBenchmarks()...)
	i := slices.IndexFunc(all, func(b Benchmark) bool { return b.Name == name })
	if i < 0 {
		return Benchmark{}, false
	}
	return all[i], true
}
