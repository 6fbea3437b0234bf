package prompted

import (
	"adlab/pkg/baseline"
	"adlab/pkg/detector"
)

// Methods are the entries of these systems in the table of methods.
var Methods = []detector.Method{
	learner(adaclip, "static prompts, and dynamic ones made of each image (ECCV 2024)"),
	learner(anomalyclip, "prompts that name no object, learned from images and maps (ICLR 2024)"),
	{Name: "clip-ac", About: "CLIP as it was trained, asked with WinCLIP's ensemble (CVPR 2023)",
		Sees: detector.Pair, Settings: baseline.CLIPSettings{}, New: newCLIPACMethod},
	learner(cocoop, "learned prompts that are shifted by what is seen (CVPR 2022)"),
	learner(coop, "one learned context before the words of both states (IJCV 2022)"),
	{Name: "inctrl", About: "what differences to a few normal pictures mean, learned elsewhere " +
		"(CVPR 2024)", Sees: detector.Pair, Trains: true, Sources: true, Settings: Learning{},
		New: newInCTRLMethod},
	{Name: "promptad", About: "prompts with suffixes learned from a few normal pictures (CVPR " +
		"2024)", Sees: detector.Pair, New: newPromptADMethod},
	{Name: "winclip", About: "windows of patches against ensembles of texts; with references " +
		"WinCLIP+ (CVPR 2023)", Sees: detector.Pair, Settings: baseline.CLIPSettings{},
		New: newWinCLIPMethod},
}

// learner is the entry of a system whose prompts are learned by a way.
func learner(w way, about string) detector.Method {
	return detector.Method{Name: w.name, About: about, Sees: detector.Pair, Trains: true,
		Sources: true, Settings: Settings{}, New: func(j detector.Job) (detector.Detector, error) {
			return newLearner(w, j)
		}}
}
