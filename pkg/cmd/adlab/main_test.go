package main

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/png"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"adlab/pkg/plot"
	"adlab/pkg/tensorfile"

	"github.com/stretchr/testify/require"
)

// command is the built program.
var command string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "adlab")
	if err != nil {
		panic(err)
	}
	command = filepath.Join(dir, "adlab")
	if out, err := exec.Command("go", "build", "-o", command, ".").CombinedOutput(); err != nil {
		panic(string(out))
	}
	os.Setenv("ADLAB_CACHE", filepath.Join(dir, "cache"))
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

// adlab runs the command on the pure-Go backend.
func adlab(args ...string) (stdout, stderr string, code int) {
	cmd := exec.Command(command, append([]string{"--backend", "go"}, args...)...)
	var o, e bytes.Buffer
	cmd.Stdout, cmd.Stderr = &o, &e
	if err := cmd.Run(); err != nil {
		code = cmd.ProcessState.ExitCode()
	}
	return o.String(), e.String(), code
}

// picture writes a textured 64 × 64 PNG, with a bright spot where it is defective.
func picture(t *testing.T, path string, seed uint64, defective bool) {
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o777))
	rng := rand.New(rand.NewPCG(seed, 1))
	m := image.NewGray(image.Rect(0, 0, 64, 64))
	for i := range m.Pix {
		m.Pix[i] = uint8(100 + 20*(i%8) + rng.IntN(20)%9)
		if y, x := i/64, i%64; defective && y > 20 && y < 36 && x > 24 && x < 40 {
			m.Pix[i] = uint8(rng.IntN(256))
		}
	}
	writePNG(t, path, m)
}

func mask(t *testing.T, path string, side int) {
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o777))
	m := image.NewGray(image.Rect(0, 0, side, side))
	for y := 21; y < 36; y++ {
		for x := 25; x < 40; x++ {
			m.SetGray(x, y, color.Gray{Y: 255})
		}
	}
	writePNG(t, path, m)
}

func writePNG(t *testing.T, path string, m image.Image) {
	f, err := os.Create(path)
	require.NoError(t, err)
	require.NoError(t, png.Encode(f, m))
	require.NoError(t, f.Close())
}

// dataset is one category in MVTec-AD's layout.
func dataset(t *testing.T) string {
	root := filepath.Join(t.TempDir(), "data")
	for i := range 8 {
		picture(t, filepath.Join(root, "plate", "train", "good", fmt.Sprintf("%03d.png", i)),
			uint64(i), false)
	}
	for i := range 3 {
		picture(t, filepath.Join(root, "plate", "test", "good", fmt.Sprintf("%03d.png", i)),
			uint64(50+i), false)
		picture(t, filepath.Join(root, "plate", "test", "spot", fmt.Sprintf("%03d.png", i)),
			uint64(90+i), true)
		mask(t, filepath.Join(root, "plate", "ground_truth", "spot",
			fmt.Sprintf("%03d_mask.png", i)), 64)
	}
	return root
}

// quick are the flags of a run of seconds.
var quick = []string{"--profile", "smoke", "--steps", "2", "--batch", "4", "--crop", "64"}

func TestEvalPrintsOneObject(t *testing.T) {
	root := dataset(t)
	args := append([]string{"eval", "--data", root, "--layout", "mvtec", "--json"}, quick...)
	stdout, stderr, code := adlab(args...)
	require.Zero(t, code, stderr)
	var report map[string]any
	require.NoError(t, json.Unmarshal([]byte(stdout), &report))
	for _, key := range []string{"detector", "backend", "profile", "seed", "categories", "mean",
		"seconds"} {
		require.Contains(t, report, key)
	}
	category := report["categories"].([]any)[0].(map[string]any)
	for _, key := range []string{"image_auroc", "image_ap", "image_f1max", "pixel_auroc",
		"pixel_ap", "pixel_f1max", "aupro"} {
		require.IsType(t, 0.0, category[key], key)
		require.GreaterOrEqual(t, category[key], 0.0)
		require.LessOrEqual(t, category[key], 1.0)
	}
	require.Equal(t, "plate", category["name"])
	require.Equal(t, 8.0, category["train_images"])
	require.Equal(t, 6.0, category["test_images"])

	require.NoError(t, os.RemoveAll(filepath.Join(root, "plate", "ground_truth")))
	stdout, stderr, code = adlab(args...)
	require.Zero(t, code, stderr)
	require.NoError(t, json.Unmarshal([]byte(stdout), &report))
	without := report["categories"].([]any)[0].(map[string]any)
	require.Nil(t, without["aupro"])
	require.Contains(t, without["why"], "no masks")
	require.Equal(t, category["image_auroc"], without["image_auroc"], "same seed, same number")
}

func TestTrainThenPredict(t *testing.T) {
	root, dir := dataset(t), t.TempDir()
	model, out := filepath.Join(dir, "m.safetensors"), filepath.Join(dir, "maps")
	_, stderr, code := adlab(append([]string{"train", "--data", root, "--out", model}, quick...)...)
	require.Zero(t, code, stderr)
	image := filepath.Join(root, "plate", "test", "spot", "000.png")
	stdout, stderr, code := adlab("predict", "--model", model, image, "--out", out)
	require.Zero(t, code, stderr)
	require.Contains(t, stdout, "000.overlay.png")
	for _, name := range []string{"000.map.safetensors", "000.map.png", "000.overlay.png"} {
		require.FileExists(t, filepath.Join(out, name))
	}
	picture, err := plot.ReadMade(filepath.Join(out, "000.overlay.png"))
	require.NoError(t, err)
	require.Regexp(t, `^[0-9a-f]{64}$`, picture["model"], "a picture names the model that made it")
	oneLineFailure(t, []string{"predict", "--model", model, "--category", "plate", image, "--out",
		out}, "--category", "inp-former, which has no prompts")
	none := filepath.Join(dir, "none")
	oneLineFailure(t, append([]string{"train", "--data", root, "--out", none, "--setting",
		"single-class"}, quick...), "--setting", "expected multi-class, got single-class")
	require.NoFileExists(t, none)

	f, err := tensorfile.Open(model) // the same model with one tensor of another shape
	require.NoError(t, err)
	tensors := map[string]tensorfile.Tensor{}
	for _, name := range f.Names() {
		x, err := f.Tensor(name)
		require.NoError(t, err)
		x.Data = bytes.Clone(x.Data)
		tensors[name] = x
	}
	made := f.Metadata()
	f.Close()
	x := tensors["prototype_token"]
	x.Shape = []int{x.Shape[1], x.Shape[0]}
	tensors["prototype_token"] = x
	bad := filepath.Join(dir, "bad.safetensors")
	require.NoError(t, tensorfile.Write(bad, tensors, made))
	oneLineFailure(t, []string{"predict", "--model", bad, image, "--out", none}, bad,
		"prototype_token expected [6 192] got [192 6]")
	require.NoDirExists(t, none)
}

// TestCtrlC interrupts training, and the same command then goes on to the bits of a run that was
// never interrupted.
func TestCtrlC(t *testing.T) {
	root, dir := dataset(t), t.TempDir()
	args := func(out string) []string {
		return []string{"--backend", "go", "train", "--data", root, "--layout", "mvtec", "--out",
			out, "--profile", "smoke", "--steps", "20", "--batch", "4", "--crop", "64"}
	}
	train := func(cache, out string) *exec.Cmd {
		cmd := exec.Command(command, args(out)...)
		cmd.Env = append(os.Environ(), "ADLAB_CACHE="+filepath.Join(dir, cache))
		return cmd
	}
	whole, model := filepath.Join(dir, "whole.safetensors"), filepath.Join(dir, "model.safetensors")
	out, err := train("a", whole).CombinedOutput()
	require.NoError(t, err, string(out))

	cmd := train("b", model)
	stderr, err := cmd.StderrPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	lines, last := bufio.NewScanner(stderr), ""
	for sent := false; lines.Scan(); last = lines.Text() {
		if !sent && strings.Contains(lines.Text(), "of 20 steps") {
			require.NoError(t, cmd.Process.Signal(os.Interrupt))
			sent = true
		}
	}
	require.Error(t, cmd.Wait())
	require.Equal(t, 130, cmd.ProcessState.ExitCode(), last)
	require.Regexp(t,
		`^adlab: training interrupted after step \d+ of 20; the same command goes on from there$`,
		last)
	require.NoFileExists(t, model)

	out, err = train("b", model).CombinedOutput()
	require.NoError(t, err, string(out))
	require.NotContains(t, string(out), " 1 of 20 steps", "it goes on and does not start again")
	want, err := os.ReadFile(whole)
	require.NoError(t, err)
	got, err := os.ReadFile(model)
	require.NoError(t, err)
	require.True(t, bytes.Equal(want, got), "the same bits")
}

// oneLineFailure wants exit status 1 and one clear line that holds the given parts.
func oneLineFailure(t *testing.T, args []string, parts ...string) {
	t.Helper()
	stdout, stderr, code := adlab(args...)
	require.Equal(t, 1, code, stderr)
	require.Empty(t, stdout)
	require.Equal(t, 1, strings.Count(stderr, "\n"), stderr)
	require.NotContains(t, stderr, "goroutine")
	for _, part := range parts {
		require.Contains(t, stderr, part)
	}
}

func TestBadInput(t *testing.T) {
	spot := filepath.Join("plate", "test", "spot", "000.png")
	for name, c := range map[string]struct {
		break_ func(t *testing.T, root string)
		flags  []string
		want   []string
	}{
		"empty folder": {func(t *testing.T, root string) {
			require.NoError(t, os.RemoveAll(root))
			require.NoError(t, os.Mkdir(root, 0o777))
		}, nil, []string{"data"}},
		"truncated PNG": {func(t *testing.T, root string) {
			b, err := os.ReadFile(filepath.Join(root, spot))
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(filepath.Join(root, spot), b[:len(b)/2], 0o666))
		}, nil, []string{"000.png"}},
		"50 gigapixels": {func(t *testing.T, root string) {
			head := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32([]byte("IHDR"),
				250_000), 200_000)
			head = append(head, 8, 2, 0, 0, 0)
			b := append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0d"), head...)
			require.NoError(t, os.WriteFile(filepath.Join(root, spot),
				binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(head)), 0o666))
		}, nil, []string{"000.png", "250000", "expected"}},
		"mask of another size": {func(t *testing.T, root string) {
			mask(t, filepath.Join(root, "plate", "ground_truth", "spot", "000_mask.png"), 50)
		}, nil, []string{"000_mask.png", "64", "50"}},
		"M = 0": {nil, []string{"--inps", "0"},
			[]string{"--inps", "expected at least 1", "got 0"}},
		"crop and patch": {nil, []string{"--crop", "65"},
			[]string{"--crop", "16", "65", "use 64 or 80"}},
		"too many shots": {nil, []string{"--shots", "9"}, []string{"k-shot", "1 to the 8",
			`"plate"`, "got 9"}},
		"negative shots": {nil, []string{"--shots", "-1"},
			[]string{"--shots", "expected at least 1", "got -1"}},
		"no official draw": {nil, []string{"--shots", "1", "--official-shots"},
			[]string{"MVTec-AD", "draw with a seed instead"}},
		"unknown layout": {nil, []string{"--layout", "cloud"},
			[]string{"--layout", `"cloud"`}},
		"unknown detector": {nil, []string{"--detector", "x"},
			[]string{"--detector", "inp-former"}},
		"paper without weights": {nil, []string{"--profile", "paper"}, []string{"--encoder"}},
		"types without types": {nil, []string{"--types"},
			[]string{"--types", "it is for multiads", "inp-former"}},
		"no such encoder": {nil, []string{"--encoder", "none.safetensors"},
			[]string{"--encoder", "none.safetensors"}},
	} {
		t.Run(name, func(t *testing.T) {
			root := dataset(t)
			if c.break_ != nil {
				c.break_(t, root)
			}
			model := filepath.Join(t.TempDir(), "out", "model.safetensors")
			args := append(append([]string{"eval", "--data", root, "--layout", "mvtec"}, quick...),
				c.flags...)
			oneLineFailure(t, args, c.want...)
			// those spoil the test images only
			if name != "truncated PNG" && name != "50 gigapixels" &&
				name != "mask of another size" {
				args[0] = "train"
				oneLineFailure(t, append(args, "--out", model), c.want...)
				require.NoDirExists(t, filepath.Dir(model), "nothing is written")
			}
		})
	}
}

func TestVerifyFails(t *testing.T) {
	oneLineFailure(t, []string{"verify", filepath.Join(t.TempDir(), "none")}, "no folder")
	oneLineFailure(t, []string{"verify", t.TempDir()}, "no reference outputs")
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "forward.json"), []byte("{}"), 0o666))
	stdout, _, code := adlab("verify", dir, "--json")
	require.Equal(t, 1, code)
	var result struct{ Pass bool }
	require.NoError(t, json.Unmarshal([]byte(stdout), &result))
	require.False(t, result.Pass)
}

// TestMistypedCommands says what was expected, before any work and in one line.
func TestMistypedCommands(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	require.NoError(t, os.WriteFile(file, nil, 0o666))
	for want, args := range map[string][]string{
		`unknown command "sinth"`:                {"data", "sinth"},
		`unknown command "frob"`:                 {"weights", "frob"},
		`unknown command "clap"`:                 {"pretrain", "clap"},
		"expected pictures":                      {"predict", "--model", file, "--out", dir},
		"expected exhibits":                      {"run"},
		"expected a file that adlab wrote":       {"explain"},
		"expected a folder of reference outputs": {"verify"},
		"expected a safetensors file":            {"weights", "list"},
		`invalid argument "abc" for "--steps"`:   {"eval", "--steps", "abc"},
		"--out: nothing can be written in /sys": {"run", "inp-table1", "--profile", "smoke",
			"--out", "/sys/table"},
		"--model: no file": {"predict", "--model",
			filepath.Join(dir, "none"), file, "--out", dir},
		"--out: expected a folder, got the file": {"predict", "--model", file, file, "--out",
			file},
		"--out: expected a file to write, got the": {"train", "--out", dir},
		"--out: nothing can be written in /proc":   {"train", "--out", "/proc/x.safetensors"},
		"--data: no file or folder":                {"list", "--data", filepath.Join(dir, "none")},
	} {
		oneLineFailure(t, args, want)
	}
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, left, 1, "nothing is written")
}
