package baseline

import (
	"context"
	"fmt"

	"adlab/datasets"
	"adlab/pkg/encoder"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

// mostGallery is how many bytes of normal tokens those detectors keep at most that keep all: 4
// GiB, of which there are two copies while they are gathered.
const mostGallery = 4 << 30

// galleryFits says in one line where all tokens of so many images are more than a number of bytes;
// name is the detector's. Nothing has been encoded by then.
func galleryFits(name string, x *encoder.Cache, images, most int) error {
	tokens, width := x.Encoder.Grid()*x.Encoder.Grid(),
		len(x.GroupsInUse())*x.Encoder.Width()
	if size := 4 * images * tokens * width; size > most {
		return fmt.Errorf("%s: it keeps all tokens of the normal images: expected at most %d MB "+
			"of them, got %d MB, %d images of %d tokens of %d numbers; learn from fewer images, "+
			"or use knn, whose memory has a limit", name, most>>20, size>>20, images, tokens,
			width)
	}
	return nil
}

// newGallery keeps all tokens of normal images for the detector called name, picture by picture:
// [M·N, C'], 4·M·N·C' bytes, of features at most most. graph makes tokens [B, N, C'] of features
// [B, groups, N, C], and describe what a picture is found by, [B, D], of its tokens: [M, D] of all.
func newGallery(ctx context.Context, name string, x *encoder.Cache, train []datasets.Sample,
	most int, graph, describe func(*Node) *Node) (all, pictures *tensors.Tensor, err error) {
	if err := galleryFits(name, x, len(train), most); err != nil {
		return nil, nil, err
	}
	f, err := extract(ctx, name, x, train)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	if all, err = takeTokens(ctx, x.Backend, f, everyToken(f), graph); err != nil {
		return nil, nil, err
	}
	pictures, err = CallOnce(x.Backend, func(all *Node) *Node {
		return describe(byPicture(all, f.Tokens))
	}, all)
	return all, pictures, err
}

// byPicture parts the tokens of a gallery [M·N, C] by their pictures: [M, N, C].
func byPicture(all *Node, tokens int) *Node {
	d := all.Shape().Dimensions
	return Reshape(all, d[0]/tokens, tokens, d[1])
}

// retrieve finds the k pictures of a gallery whose descriptions [M, D] are nearest to those of
// others [B, D], or all where there are fewer: the squared distances, ascending, [B, k], and their
// tokens out of [M, N, C], [B, k, N, C].
func retrieve(q, pictures, all *Node, k int) (distances, found *Node) {
	distances, places := BottomK(squaredDistances(q, pictures),
		min(k, pictures.Shape().Dimensions[0]), -1)
	return distances, Gather(all, ExpandAxes(places, -1))
}
