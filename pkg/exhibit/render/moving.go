package render

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
)

// moving are the frames that the page's first screen goes through: those of the first image of the
// first playground.
type moving struct {
	Label  string
	Frames []movingFrame
}

type movingFrame struct{ Picture, Choice string }

// frames finds what PlaygroundPage shows.
var frames = regexp.MustCompile(`(?s)<script type="application/json">(.*?)</script>`)

// readMoving reads them from PlaygroundPage; nil where a gallery has none.
func readMoving(folder string) (*moving, error) {
	file := filepath.Join(folder, PlaygroundPage)
	page, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	found := frames.FindSubmatch(page)
	if found == nil {
		return nil, fmt.Errorf("%s: expected frames, got none; make the gallery anew", file)
	}
	var images []struct {
		Label   string
		Choices []string
		Frames  []struct{ Picture string }
	}
	if err := json.Unmarshal(found[1], &images); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	if len(images) == 0 || len(images[0].Choices) != len(images[0].Frames) {
		return nil, fmt.Errorf("%s: expected a frame for each choice of an image; make the "+
			"gallery anew", file)
	}
	m := &moving{Label: images[0].Label}
	for i, f := range images[0].Frames {
		m.Frames = append(m.Frames, movingFrame{f.Picture, images[0].Choices[i]})
	}
	return m, nil
}
