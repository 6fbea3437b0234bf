package baseline

import "adlab/datasets/kba"

// Anomaly is the knowledge base of who knows nothing of types: one, called anomaly, with prompts
// that fit any product and any defect. They are written for adlab, as counterparts of its normal
// phrases.
func Anomaly() *kba.Base {
	return &kba.Base{Dataset: "any", Source: "written for adlab",
		Types: []kba.Type{{Name: "anomaly", Prompts: []string{
			"[cls] with a defect",
			"faulty [cls]",
			"[cls] in bad condition",
			"[cls] with something wrong with it",
			"spoiled or damaged [cls]",
			"[cls] as it should not be",
			"[cls] that failed inspection",
			"[cls] with an anomaly on it",
		}}}}
}
