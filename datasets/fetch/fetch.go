// Package fetch brings pinned packages: pip, apt-get or npm downloads one, and so the user's own
// registry settings hold, or a commit of a public repository comes over HTTPS; its digest is
// checked, and what is kept of it appears whole or not at all. Errors are one line.
package fetch

import (
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
)

// Client is the program that brings a package.
type Client string

// The clients, and what they bring: wheels, Debian packages, and archives of Node packages. GitHub
// is no program: it stands for the archive that github.com makes of a commit.
const (
	Pip    Client = "pip"
	Apt    Client = "apt-get"
	NPM    Client = "npm"
	GitHub Client = "GitHub"
)

// Package is one version of a package, or one commit of a repository.
type Package struct {
	Client Client
	// Name is the package's, or OWNER/REPOSITORY; Version the package's, or the whole commit.
	Name, Version string
	// SHA256, in hexadecimal, is the archive's, of a commit that of what is kept of it, for the
	// archives that are made of a commit need not stay the same; see Content.
	SHA256  string
	Licence string // of what is kept of it
	// Archive is one of the user's (tar, tar.gz or zip), taken in place of GitHub's.
	Archive string
	// of the wheel for CPython 3.11, where the project has one a platform: so there is one digest
	Platform string
	Largest  int64 // bytes that a file in it may have
}

// Python is the interpreter that pip runs in: $ADLAB_PYTHON, else python3.
func Python() string {
	if python := os.Getenv("ADLAB_PYTHON"); python != "" {
		return python
	}
	return "python3"
}

// command is what brings the package into dir, where it is to run ("" for here), and the names of
// what it leaves.
func (p Package) command(dir string) (args []string, where, pattern string) {
	switch p.Client {
	case Apt:
		return []string{"apt-get", "download", "-q", p.Name + "=" + p.Version}, dir, "*.deb"
	case NPM:
		return []string{"npm", "pack", "--silent", p.Name + "@" + p.Version}, dir, "*.tgz"
	}
	args = []string{Python(), "-m", "pip", "download", "--quiet", "--disable-pip-version-check",
		"--no-input", "--retries", "2", "--timeout", "20", "--no-deps", "--only-binary", ":all:"}
	if p.Platform != "" {
		args = append(args, "--python-version", "3.11", "--implementation", "cp", "--abi", "cp311",
			"--platform", p.Platform)
	}
	return append(args, "-d", dir, p.Name+"=="+p.Version), "", "*.whl"
}

// Download lets the client bring the package's archive into dir, an empty folder, checks its
// digest, but for GitHub's, and gives its path.
func (p Package) Download(ctx context.Context, dir string) (string, error) {
	if p.Client == GitHub {
		return p.commit(ctx, dir)
	}
	args, where, pattern := p.command(dir)
	out, err := run(ctx, where, args...)
	switch {
	case err == nil:
	case ctx.Err() != nil:
		return "", ctx.Err()
	case absent(err) && p.Client == Pip:
		return "", fmt.Errorf("needs Python with pip, got no %q; install it or name one in "+
			"$ADLAB_PYTHON", args[0])
	case absent(err):
		return "", fmt.Errorf("needs the program %s, got none", args[0])
	default:
		return "", fmt.Errorf("%s could not download %s %s: %s; is the network or the registry "+
			"reachable?", p.Client, p.Name, p.Version, complaint(string(out), err))
	}
	files, err := filepath.Glob(filepath.Join(dir, pattern))
	if err != nil || len(files) != 1 {
		what := map[Client]string{Pip: "wheel", Apt: "package", NPM: "archive"}[p.Client]
		return "", fmt.Errorf("expected %s to leave one %s, got %d", p.Client, what, len(files))
	}
	digest, err := digestOf(files[0])
	if err != nil {
		return "", err
	}
	if digest != p.SHA256 {
		return "", fmt.Errorf("%s: expected SHA-256 %s, got %s; the registry serves another file",
			filepath.Base(files[0]), p.SHA256, digest)
	}
	return files[0], nil
}

// run runs a program in a folder and gives all that it says.
func run(ctx context.Context, dir string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Dir = dir
	return cmd.CombinedOutput()
}

// absent tells that there is no such program.
func absent(err error) bool {
	return errors.Is(err, exec.ErrNotFound) || errors.Is(err, fs.ErrNotExist)
}

// complaint is the last error line of a client's output, else its last line, else the error of
// running it.
func complaint(out string, err error) string {
	last := err.Error()
	for line := range strings.Lines(strings.TrimSpace(out)) {
		if line = strings.TrimSpace(line); line != "" && (strings.HasPrefix(line, "ERROR") ||
			!strings.HasPrefix(last, "ERROR")) {
			last = line
		}
	}
	return strings.TrimPrefix(last, "ERROR: ")
}

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
