// Package multiads is MultiADS (ICCV 2025): CLIP with a knowledge base of defect types. A text matrix has one column for the normal
// state and one for each defect type; linear adapters bring patch tokens of several depths into the space of the texts; the
// similarity of each patch to each column is a map for each type. Notation: B images, S pixels and G patches a side, N = G²,
// Dv channels of the vision tower, D of the common space, C columns, the first of them normal.
//
// The official code exists in two revisions that differ from each other and from the paper's deck; each difference is a
// named switch. The defaults are what the deck states.
//
//	switch               deck            first release        later revision       type training
//	Objective            sum             sum                  mean                 focal_only
//	learning rate        1e-4            1e-3                 1e-3                 1e-3
//	batch                8               8                    4                    16
//	ScoreRule            score_blend     score_max            score_top3           -
//	ScoreRule with       score_blend     score_blend          score_blend          -
//	  Filter (MultiADS-F)
//	clip's QuickGELU     off             off (at 518 pixels)  off (at 518 pixels)  off
//	knowledge base       kba.Open        kba.Open             kba.Open             kba.Base.Single for VisA
//
// Adam has β = (0.5, 0.999), ε = 1e-8, no decay and no schedule in all of them. The first release is the
// closest to the published zero-shot and few-shot tables; those of defect types come from type training. Source: sections 4, 7, 8, 9 and 14 of the numerical specification.
package multiads
