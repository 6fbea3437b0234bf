package datasets

import "strings"

// normalNames are what folders of normal images are called, in lower case, without what parts
// words. Everything else is a type of defect, such as ko and ng.
var normalNames = map[string]bool{"good": true, "ok": true, "okay": true, "normal": true,
	"nominal": true, "pass": true, "passed": true, "healthy": true, "intact": true, "clean": true,
	"flawless": true, "defectfree": true, "nodefect": true, "nodefects": true,
	"nondefective": true, "nondefect": true, "undamaged": true, "anomalyfree": true,
	"noanomaly": true, "io": true, "gut": true, "양품": true, "정상": true, "良品": true, "正常": true}

// Normal says whether a class of that name holds normal images, in any case: good, ok, normal,
// defect-free and the like.
func Normal(class string) bool {
	return normalNames[strings.NewReplacer("_", "", "-", "", " ", "", ".", "").Replace(
		strings.ToLower(class))]
}
