package metric

// half is how INP-Former's evaluation and most others read a mask: resized as its picture, above
// 0.5.
var half = MaskRule{Over: 127}

// exactly reads all from every score of an anomalous pixel.
func exactly(limit float64) Reading {
	return Reading{exact: true, lay: everyScore, reads: []read{{PixelAUROC, rocArea},
		{PixelAP, precisionSteps}, {PixelF1, bestF1(1e-7)}, {RegionArea, overlap(limit)}}}
}

// Rulers is the table of conventions; nothing else in adlab lists them. But for those that name
// another rule, masks are read above one half at the map's size, maps are as the detector gives
// them, and the image score is the detector's own.
var Rulers = []Ruler{
	{Name: "exact", Mask: half, Pixels: []Reading{exactly(Limit)},
		About: "every threshold; average precision in steps; AUPRO cut at 0.3",
		Source: "scikit-learn 1.9 roc_auc_score, average_precision_score, " +
			"precision_recall_curve; Bergmann et al., IJCV 2021 (PRO)"},
	{Name: "inp-former", Mask: half, Pixels: []Reading{binned(doubled(200), precisionTrapezoids),
		exactOnly(PixelF1, bestF1(1e-7))},
		About:  "INP-Former's print: 200 bins on a GPU, the largest score counted twice",
		Source: "pkg/inpformer/SPEC.md 12a; adeval 1.1.0, cuda_mem_effic.py"},
	{Name: "multiads", Mask: half, Pixels: []Reading{except(RegionArea),
		only(RegionArea, ranging(200), overlapStretched(Limit))},
		About:  "MultiADS's print: AUPRO of 200 thresholds, rates below 0.3 stretched to 1",
		Source: "pkg/multiads/SPEC.md 13a"},
	{Name: "anomalib-2.2", Mask: half, Scale: AroundBest,
		Pixels: []Reading{exactOnly(PixelAP, precisionReordered),
			exactOnly(PixelF1, bestF1(1e-10)), except(PixelAP, PixelF1, RegionArea)},
		ImageAP: precisionReordered,
		Whole: func(pictures []Picture) (float64, error) {
			return overlapAveraged(pictures, Limit)
		},
		About: "anomalib up to 2.2: as 2.6, with AUPRO of averaged curves",
		Source: "anomalib 2.2.0 (Apache-2.0), metrics/aupro.py; " +
			"open-edge-platform/anomalib#3718"},
	{Name: "anomalib-2.6", Mask: half, Scale: AroundBest,
		Pixels: []Reading{exactOnly(PixelAP, precisionReordered),
			exactOnly(PixelF1, bestF1(1e-10)), except(PixelAP, PixelF1)},
		ImageAP: precisionReordered,
		About:   "anomalib 2.3 to 2.6: maps normalised and cut, AP by trapezoids",
		Source: "anomalib 2.6.2 (Apache-2.0), metrics/aupr.py, aupro.py, " +
			"post_processing/post_processor.py"},
	{Name: "anomalib-2.7", Mask: half, Scale: AroundBest,
		Pixels: []Reading{exactOnly(PixelF1, bestF1(1e-10)), except(PixelF1)},
		About:  "anomalib from 2.7 on: maps normalised and cut, AP in steps",
		Source: "anomalib 2.7.0 (Apache-2.0); open-edge-platform/anomalib#3797"},
	binning("adeval-50", 50), binning("adeval-200", 200), binning("adeval-1000", 1000),
	{Name: "ader", Mask: half, Image: Largest,
		Pixels: []Reading{binned(doubled(50), precisionTrapezoids),
			only(PixelF1, twentieths, bestF1(1e-8))},
		About: "ADer's benchmark: adeval's 50 bins on a GPU, F1 at 21 thresholds, image score max",
		Source: "zhangzjn/ADer (MIT), util/metric.py with use_adeval, as in configs/benchmark; " +
			"adeval 1.1.0, cuda_mem_effic.py"},
	{Name: "ader-100", Mask: half, Image: Pooled, Pixels: []Reading{except(RegionArea, PixelF1),
		only(PixelF1, twentieths, bestF1(1e-8)),
		only(RegionArea, ranging(100), overlapStretched(Limit))},
		About: "ADer without adeval: AUPRO of 100 thresholds stretched, F1 at 21, image score " +
			"pooled 16 x 16",
		Source: "zhangzjn/ADer (MIT), util/metric.py without use_adeval; max_step_aupro=100 and " +
			"pooling_ks=[16, 16]"},
	{Name: "mask-any", Mask: MaskRule{Over: 0}, Pixels: []Reading{exactly(Limit)},
		About:  "exact, with every grade of a resized mask above 0 anomalous",
		Source: "guojiajeremy/Dinomaly, utils.py (gt.bool()); RAD, arXiv 2601.22763"},
	{Name: "mask-128", Mask: MaskRule{First: true, Over: 127}, Pixels: []Reading{exactly(Limit)},
		About:  "exact, with masks made of two values at 128 before they are resized",
		Source: "adeval 1.1.0, __main__.py, get_gt"},
	{Name: "size-256", Mask: half, Meet: At256, Pixels: []Reading{exactly(Limit)},
		About:  "exact, at 256 x 256 pixels, maps resized bilinearly",
		Source: "pkg/inpformer/SPEC.md 9b"},
	{Name: "size-256-nearest", Mask: half, Meet: At256, Resize: Nearest,
		Pixels: []Reading{exactly(Limit)},
		About:  "exact, at 256 x 256 pixels, maps by the nearest pixel",
		Source: "RAD, arXiv 2601.22763; PyTorch's interpolate, mode nearest"},
	{Name: "size-own", Mask: half, Meet: AtMask, Pixels: []Reading{exactly(Limit)},
		About:  "exact, at the picture's own size, maps resized bilinearly",
		Source: "MVTec's evaluation of MVTec AD (Bergmann et al., IJCV 2021)"},
	{Name: "size-own-nearest", Mask: half, Meet: AtMask, Resize: Nearest,
		Pixels: []Reading{exactly(Limit)},
		About:  "exact, at the picture's own size, maps by the nearest pixel",
		Source: "PyTorch's interpolate, mode nearest"},
	blurring("blur-none", Blurring{}, "without a blur, where the map before it is known",
		"Bergmann et al., IJCV 2021, which blurs nothing"),
	blurring("blur-1", Blurring{Sigma: 1, Radius: 2, Zeros: true},
		"blurred by 5 x 5 pixels, deviation 1", "RAD, arXiv 2601.22763"),
	blurring("blur-4", Blurring{Sigma: 4}, "blurred with deviation 4, as SciPy does",
		"Roth et al., CVPR 2022 (PatchCore); scipy.ndimage.gaussian_filter"),
	scoring("score-max", Largest, "the map's largest value", "Defard et al., 2020 (PaDiM)"),
	scoring("score-top", Top, "the mean of the map's largest hundredth",
		"pkg/inpformer/SPEC.md 9c"),
	scoring("score-mean", Mean, "the mean of the map", "zhangzjn/ADer (MIT), mAUROC_sp_mean"),
	{Name: "aupro-5", Mask: half, Pixels: []Reading{exactly(0.05)},
		About:  "exact, with AUPRO cut at 0.05",
		Source: "Heckler-Kram et al., arXiv 2503.21622 (MVTec AD 2)"},
	{Name: "seg-f1", Mask: half, Meet: AtMask, Pixels: []Reading{exactly(0.05),
		only(SegF1, deviations(3), f1)},
		About: "MVTec AD 2: own size, AUPRO to 0.05, F1 above mean and 3 deviations of the test " +
			"set's normal maps",
		Note: "its threshold is taken from the normal pictures of the test set; MVTec AD 2 takes " +
			"it from validation pictures, which are others",
		Source: "Heckler-Kram et al., arXiv 2503.21622; its threshold as arXiv 2505.21152 " +
			"tells it"},
	{Name: "s-pro", Mask: half, Meet: AtMask, Saturated: true, Pixels: []Reading{except(RegionArea),
		exactOnly(SaturatedArea, overlap(0.05))},
		About:  "MVTec LOCO: own size, saturated overlap with each defect, to 0.05",
		Source: "Bergmann et al., IJCV 2022, section 4 (sPRO)"},
	{Name: "aupimo", Mask: half, Pixels: []Reading{exactly(Limit)}, PerPicture: AUPIMO,
		Mean: MeanAUPIMO, About: "share found at rates of 1e-5 to 1e-4 on normal pictures",
		Source: "Bertoldo et al., arXiv 2401.01984; anomalib 2.7.0, metrics/pimo"},
}

// only is a reading of one number.
func only(number Number, lay laying, by reading) Reading {
	return Reading{lay: lay, reads: []read{{number, by}}}
}

// exactOnly is a reading of one number from every score of an anomalous pixel.
func exactOnly(number Number, by reading) Reading {
	x := only(number, everyScore, by)
	x.exact = true
	return x
}

// except is the exact reading without some of its numbers.
func except(numbers ...Number) Reading {
	all := exactly(Limit)
	out := Reading{exact: true, lay: all.lay}
	for _, r := range all.reads {
		keep := true
		for _, n := range numbers {
			keep = keep && n != r.number
		}
		if keep {
			out.reads = append(out.reads, r)
		}
	}
	return out
}

// binned reads curves through the edges of bins.
func binned(lay laying, precision reading) Reading {
	return Reading{lay: lay, reads: []read{{PixelAUROC, rocArea}, {PixelAP, precision},
		{RegionArea, overlap(Limit)}}}
}

// binning is adeval's accumulator on a CPU, which has no F1: that is exact.
func binning(name string, n int) Ruler {
	return Ruler{Name: name, Mask: half,
		Pixels: []Reading{binned(edges(n), precisionTrapezoids),
			exactOnly(PixelF1, bestF1(1e-7))},
		About:  "adeval on a CPU: equal bins between the extremes, AP by trapezoids",
		Source: "adeval 1.1.0 (PyPI), mem_effic.py, iterative.py"}
}

// blurring is exact with another blur.
func blurring(name string, b Blurring, what, source string) Ruler {
	return Ruler{Name: name, Mask: half, Plain: true, Blur: b,
		Pixels: []Reading{exactly(Limit)}, About: "exact, maps " + what, Source: source}
}

// scoring is exact with another image score.
func scoring(name string, s Scoring, what, source string) Ruler {
	return Ruler{Name: name, Mask: half, Image: s, Pixels: []Reading{exactly(Limit)},
		About: "exact, with the image score " + what, Source: source}
}
