package live

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"image/jpeg"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	code "adlab/pkg"
	"adlab/pkg/exhibit/render"
	"adlab/pkg/papers"
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

func TestStills(t *testing.T) {
	ctx := context.Background()
	r := runner(t, "smoke")
	folder := t.TempDir()
	require.NoError(t, render.WriteGallery(folder, "smoke", nil))
	require.NotContains(t, contents(t, folder)["index.html"], render.PlaygroundPage,
		"no link to nothing")
	old := filepath.Join(folder, stillFolder, "inp-former-1-1-00000000.jpg")
	require.NoError(t, os.Mkdir(filepath.Dir(old), 0o777))
	require.NoError(t, os.WriteFile(old, nil, 0o666))

	require.NoError(t, WriteStills(ctx, r, folder))
	require.NoError(t, render.WriteGallery(folder, "smoke", nil))
	files := contents(t, folder)
	page := files[render.PlaygroundPage]
	require.Contains(t, files["index.html"], `href="playground.html"`)
	require.NoFileExists(t, old)
	require.NotRegexp(t, `https?:|src="//|@import`, page, "nothing from elsewhere")
	require.Contains(t, page, "code "+code.Pictures())
	require.Contains(t, page, opened(t, "inp-former").(*inpSession).encoder.Digest()[:16])
	require.Contains(t, page, opened(t, "multiads").(*madsSession).detector.Model.Digest()[:16])

	sections, err := drawSections(ctx, r, opened(t, "inp-former").(*inpSession),
		opened(t, "multiads").(*madsSession))
	require.NoError(t, err)
	again := t.TempDir()
	more, html, err := fit(sections, "smoke", stillMost)
	require.NoError(t, err)
	require.NoError(t, writeStills(again, more, html))
	delete(files, "index.html")
	delete(files, "manifest.json")
	size := 0
	for _, b := range files {
		size += len(b)
	}
	require.Less(t, size, 2_000_000)
	require.Equal(t, files, contents(t, again), "a second run changes no byte")

	inp, _ := opened(t, "inp-former").(*inpSession).still()
	mads, _ := opened(t, "multiads").(*madsSession).still()
	embedded := regexp.MustCompile(`(?s)<script type="application/json">(.*?)</script>`).FindAllStringSubmatch(page, -1)
	require.Len(t, embedded, 2)
	pictures := 0
	for k, s := range []still{inp, mads} {
		var images []stillImage
		require.NoError(t, json.Unmarshal([]byte(embedded[k][1]), &images))
		require.Len(t, images, len(s.images))
		for i, x := range images {
			want, err := s.pick(i)
			require.NoError(t, err)
			require.Equal(t, want.Choices, x.Choices)
			require.Greater(t, len(x.Choices), 1)
			seen := map[string]bool{}
			for c, f := range x.Frames {
				require.Equal(t, drawn(t, s.session, want.states[c]).Numbers, f.Numbers,
					"as under the live cell")
				m, err := jpeg.Decode(strings.NewReader(files[filepath.FromSlash(f.Picture)]))
				require.NoError(t, err)
				require.Greater(t, m.Bounds().Dx(), 500)
				seen[files[filepath.FromSlash(f.Picture)]] = true
				made, err := plot.ReadMade(filepath.Join(folder, f.Picture))
				require.NoError(t, err)
				of, err := papers.Find(made["exhibit"])
				require.NoError(t, err)
				differences, err := r.Explain(ctx, of[0], made)
				require.NoError(t, err)
				require.Empty(t, differences)
				pictures++
			}
			require.Len(t, seen, len(x.Choices), "each choice looks different")
		}
	}
	require.Len(t, files, pictures+1, "no picture that the page does not show")
	t.Run("browser", func(t *testing.T) { moveStills(t, folder) })
	require.NoError(t, WriteStills(ctx, runner(t, "paper"), folder))
	require.NotContains(t, contents(t, folder), render.PlaygroundPage)
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
const said = [], say = s => said.push([s.querySelector("img").getAttribute("src"), s.querySelector(".numbers").textContent, s.querySelector("output")?.textContent]);
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

func TestStillsThatDoNotFit(t *testing.T) {
	s, section := opened(t, "multiads").(*madsSession).still()
	s.images = s.images[:1]
	var err error
	section.Name, section.Made = "multiads", map[string]string{}
	section.Images, err = s.all(context.Background(), func(int, int) {})
	require.NoError(t, err)
	section.level()
	whole, page, err := fit([]stillSection{section}, "smoke", 1<<30)
	require.NoError(t, err)
	size := func(files map[string][]byte, page []byte) int {
		n := len(page)
		for _, b := range files {
			n += len(b)
		}
		return n
	}
	most := size(whole, page)
	less, page, err := fit([]stillSection{section}, "smoke", most)
	require.NoError(t, err)
	require.Less(t, size(less, page), most)
	_, _, err = fit([]stillSection{section}, "smoke", 1000)
	require.ErrorContains(t, err, "playground.html: expected less than 1000 bytes")

	s.images = []func(string) bool{func(string) bool { return false }}
	_, err = s.all(context.Background(), func(int, int) {})
	require.ErrorContains(t, err, "playground multiads: none of the test images of")
}

// unsettled is a session whose background never ends.
type unsettled struct{ Session }

func (unsettled) Apply(context.Context, State) (Frame, error) {
	return Frame{Numbers: []Number{{"n", Unknown}}}, nil
}
func (unsettled) Later() <-chan struct{} { return nil }

func TestWaitingForAFrameCanBeInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(errors.New("enough"))
	_, err := settled(ctx, unsettled{}, State{})
	require.ErrorContains(t, err, "enough")
}
