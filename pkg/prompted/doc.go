// Package prompted holds the systems that ask a pair of towers in words and that MultiADS and
// INP-Former are set beside: WinCLIP and CLIP-AC, whose prompts are written; CoOp, CoCoOp,
// AnomalyCLIP, AdaCLIP and PromptAD, whose prompts are learned; and InCTRL, which learns what
// differences to normal pictures mean. Each is written from its paper's description.
//
// All of them stand on encoder.Pair's Space, one level of tokens in the common space: the image's
// embedding and its patches. The features are computed once and kept, so that nothing within the
// vision tower is learned or run anew; where a paper does that, its system's comment says what is
// done instead. Notation: B images, N = G² patches, D channels of the common space, C of the text
// tower's words, k windows' side in patches, S pixels of a map's side. Column 0 of a text matrix is
// the normal state, column 1 the anomalous one.
package prompted
