// Package multiads is MultiADS (ICCV 2025): CLIP with a knowledge base of defect types. A text
// matrix has one column for the normal state and one for each defect type; linear adapters bring
// patch tokens of several depths into the space of the texts; the similarity of each patch to each
// column is a map for each type. Notation: B images, S pixels and G patches a side, N = G², Dv
// channels of the vision tower, D of the common space, C columns, the first of them normal.
//
// The official code exists in two revisions that differ from each other and from the paper's deck.
// Each difference is a named switch, and Variants name those that go together; the default is what
// the deck states.
//
//	Variant              deck            first-release        later-revision       type-training
//	Objective            sum             sum                  mean                 focal_only
//	learning rate        1e-4            1e-3                 1e-3                 1e-3
//	batch                8               8                    4                    16
//	ScoreRule            score_blend     score_max            score_top3           -
//	  with Filter        score_blend     score_blend          score_blend          -
//	Mosaic               off             one-type             on                   off
//	ColumnOrder          by-name         first-release        later-revision       by-name
//	clip's QuickGELU     off             off (at 518 pixels)  off (at 518 pixels)  off
//	knowledge base       kba.Open        kba.Open             kba.Open             Single for VisA
//
// Adam has β = (0.5, 0.999), ε = 1e-8, no decay and no schedule in all of them, for up to 10
// epochs. Single is that of kba.Base. Which variant belongs to which published number:
//
//	Table 4, zero-shot, five targets     first-release, epochs 1 to 3; -F: Filter and score_blend
//	Table 21, k = 1, 2, 4, 8 on VisA     first-release, Shots
//	Table 3, knowledge base on and off   type-training, Filter with products' types; off: Single
//	seen and unseen types, four tables   type-training; on VisA the released test uses Single
//
// No variant is known to be exactly the paper's: its code was never released. Source: SPEC 17.
//
// SPEC.md says what the paper states and what only its code does, formula by formula; comments cite
// it. Read in this order: text.go (the text matrix), multiads.go (adapters, similarities, maps),
// loss.go, score.go, detector.go, train.go, mosaic.go, types.go (multi-type segmentation),
// variant.go; inspect.go is for figures, textcache.go keeps embeddings.
package multiads
