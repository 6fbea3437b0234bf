package playgrounds

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"image/jpeg"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	code "adlab/pkg"
	"adlab/pkg/exhibit"
	"adlab/pkg/exhibit/render"
	"adlab/pkg/experiment"
	"adlab/pkg/live/inpformer"
	"adlab/pkg/live/livetest"
	"adlab/pkg/live/multiads"
	"adlab/pkg/live/still"
	"adlab/pkg/plot"

	"github.com/stretchr/testify/require"
)

// contents are the files below a folder.
func contents(t *testing.T, folder string) map[string]string {
	files := map[string]string{}
	require.NoError(t, filepath.WalkDir(folder, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		name, _ := filepath.Rel(folder, path)
		files[name] = string(b)
		return err
	}))
	return files
}

var (
	inp  = livetest.Shared[inpformer.State, *inpformer.Session]{Open: inpformer.Open}
	mads = livetest.Shared[multiads.State, *multiads.Session]{Open: multiads.Open}
)

func TestMain(m *testing.M) {
	livetest.Main(m, func() { inp.Close(); mads.Close() })
}

func TestStills(t *testing.T) {
	ctx, r, folder := context.Background(), livetest.Runner(t), t.TempDir()
	require.NoError(t, render.WriteGallery(folder, "smoke", nil))
	require.NotContains(t, contents(t, folder)["index.html"], render.PlaygroundPage,
		"no link to nothing")
	old := filepath.Join(folder, still.Folder, "inp-former-1-1-00000000.jpg")
	require.NoError(t, os.Mkdir(filepath.Dir(old), 0o777))
	require.NoError(t, os.WriteFile(old, nil, 0o666))

	require.NoError(t, WriteStills(ctx, r, folder))
	require.NoError(t, render.WriteGallery(folder, "smoke", nil))
	files := contents(t, folder)
	page := files[render.PlaygroundPage]
	require.Contains(t, files["index.html"], `href="playground.html"`)
	require.NoFileExists(t, old)
	require.NotRegexp(t, `https?:|src="//|@import`, page, "nothing from elsewhere")
	require.Contains(t, page, "code "+code.Drawing())
	for _, made := range []map[string]string{inp.Get(t).Made(), mads.Get(t).Made()} {
		require.Contains(t, page, made["encoder"])
		require.Contains(t, page, made["data"])
	}

	first, err := sectionOf[inpformer.State](ctx, r, inp.Get(t))
	require.NoError(t, err)
	second, err := sectionOf[multiads.State](ctx, r, mads.Get(t))
	require.NoError(t, err)
	again := t.TempDir()
	require.NoError(t, still.Write(again, "smoke", []still.Section{first, second}))
	delete(files, "index.html")
	delete(files, "manifest.json")
	delete(files, "runs.json")
	size := 0
	for _, b := range files {
		size += len(b)
	}
	require.Less(t, size, 2_000_000)
	require.Equal(t, files, contents(t, again), "a second run changes no byte")

	embedded := regexp.MustCompile(`(?s)<script type="application/json">(.*?)</script>`).
		FindAllStringSubmatch(page, -1)
	require.Len(t, embedded, 2)
	pictures := asLive(t, folder, embedded[0][1], inp.Get(t).Still()) +
		asLive(t, folder, embedded[1][1], mads.Get(t).Still())
	require.Len(t, files, pictures+1, "no picture that the page does not show")
	t.Run("browser", func(t *testing.T) { moveStills(t, folder) })
	paper, err := experiment.ProfileOf("paper")
	require.NoError(t, err)
	require.NoError(t, WriteStills(ctx, exhibit.NewRunner(r.Env, paper), folder))
	require.NotContains(t, contents(t, folder), render.PlaygroundPage)
}

// asLive holds a playground's images on the page against the live cell, and counts its pictures.
func asLive[S any](t *testing.T, folder, embedded string, plan still.Plan[S]) (pictures int) {
	var images []still.Image
	require.NoError(t, json.Unmarshal([]byte(embedded), &images))
	require.Len(t, images, len(plan.Images))
	here, err := Made(t.Context(), livetest.Runner(t), plan.Session.Name())
	require.NoError(t, err)
	for i, x := range images {
		want, states, err := plan.Pick(i)
		require.NoError(t, err)
		require.Equal(t, want.Choices, x.Choices)
		require.Greater(t, len(x.Choices), 1)
		seen := map[string]bool{}
		for c, f := range x.Frames {
			require.Equal(t, livetest.Drawn(t, plan.Session, states[c]).Numbers, f.Numbers,
				"as under the live cell")
			path := filepath.Join(folder, filepath.FromSlash(f.Picture))
			b, err := os.ReadFile(path)
			require.NoError(t, err)
			m, err := jpeg.Decode(bytes.NewReader(b))
			require.NoError(t, err)
			require.Greater(t, m.Bounds().Dx(), 500)
			seen[string(b)] = true
			made, err := plot.ReadMade(path)
			require.NoError(t, err)
			require.Equal(t, exhibit.Explained{Answer: exhibit.SameBits},
				exhibit.Compare(made, here))
			require.Equal(t, plan.Session.Made()["experiment"], made["experiment"])
			pictures++
		}
		require.Len(t, seen, len(x.Choices), "each choice looks different")
	}
	return pictures
}

// moveStills moves the page's controls in a browser, where one is installed.
func moveStills(t *testing.T, folder string) {
	browser, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("no chromium; on Debian: apt-get install chromium")
	}
	page, err := os.ReadFile(filepath.Join(folder, render.PlaygroundPage))
	require.NoError(t, err)
	moves := `<script>
const said = [], say = s => said.push([s.querySelector("img").getAttribute("src"),
	s.querySelector(".numbers").textContent, s.querySelector("output")?.textContent]);
const [inp, mads] = document.querySelectorAll(".still");
say(inp);
const slider = inp.querySelector("input");
slider.value = 0; slider.dispatchEvent(new Event("input")); say(inp);
inp.querySelectorAll(".images button")[2].click(); say(inp);
mads.querySelectorAll(".images button")[1].click(); say(mads);
mads.querySelectorAll(".choices button")[1].click(); say(mads);
say({querySelector: s => mads.querySelector(s === "output" ? ".choices [aria-pressed=true]" : s)});
document.body.textContent = "";
document.body.append("said" + btoa(JSON.stringify(said)) + "said");
</script></body>`
	copied := filepath.Join(folder, "moved.html")
	require.NoError(t,
		os.WriteFile(copied, []byte(strings.Replace(string(page), "</body>", moves, 1)), 0o666))
	defer os.Remove(copied)
	out, err := exec.CommandContext(t.Context(), browser, "--headless", "--no-sandbox",
		"--disable-gpu", "--user-data-dir="+t.TempDir(), "--dump-dom", "file://"+copied).Output()
	require.NoError(t, err)
	found := regexp.MustCompile(`said([A-Za-z0-9+/=]+)said`).FindStringSubmatch(string(out))
	require.NotNil(t, found, "the page's script ran: %s", out)
	var said [][3]string
	b, err := base64.StdEncoding.DecodeString(found[1])
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(b, &said))
	t.Log(said)
	for i, want := range []string{"inp-former-1-2-", "inp-former-1-1-", "inp-former-3-1-",
		"multiads-2-", "multiads-2-2-", "multiads-2-2-"} {
		require.Contains(t, said[i][0], want)
	}
	require.Equal(t, []string{"6", "1", "1"}, []string{said[0][2], said[1][2], said[2][2]})
	require.NotEqual(t, said[0][1], said[1][1], "numbers move with M")
	require.NotEmpty(t, said[5][2])
	require.Contains(t, said[5][1], said[5][2], "the pressed type is the one whose number is shown")
}
