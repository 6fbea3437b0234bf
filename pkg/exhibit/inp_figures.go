package exhibit

import (
	"context"
	"fmt"
	"image"
	"slices"
	"strings"

	"adlab/datasets"
	"adlab/pkg/encoder"
	"adlab/pkg/experiment"
	"adlab/pkg/inpformer"
	"adlab/pkg/plot"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

func inpFigures() []Exhibit {
	head := func(s Settings) Measurement { return s.inpFormer("mvtec", s.Seeds[0]) }
	one := func(s Settings) []Measurement { return []Measurement{head(s)} }
	figure := func(id string, title, caption Words, heads func(Settings) []Measurement,
		draw func(context.Context, *Runner, *Table) ([]Figure, []*Table, error)) Exhibit {
		return Exhibit{ID: id, Paper: "INP-Former", Kind: KindFigure, Notebook: inpFiguresNotebook,
			Title: title, Caption: caption, heads: heads, draw: draw}
	}
	six := figure("inp-figure6", Words{"Figure 6: how many prototypes", "그림 6: 프로토타입의 수"},
		Words{"One head for each number M of prototypes; that of M = 6 is the first seed's of " +
			"Table 2.", "프로토타입 수 M마다 모델을 하나씩 학습하였다. M = 6은 표 2에서 첫 번째 시드의 모델이다."}, nil,
		drawPrototypes)
	six.layout = layoutPrototypes
	return []Exhibit{
		figure("inp-figure1", Words{"Figure 1: variation within an image and between images",
			"그림 1: 이미지 안의 변동과 이미지 사이의 변동"},
			Words{"Each patch token of test images and its nearest normal token, by cosine " +
				"distance: among those of training images, and among those of the same image. " +
				"What is normal finds its like close by, a defect does not.",
				"시험 이미지의 각 패치 토큰에서 가장 가까운 정상 토큰까지의 코사인 거리이다. 학습 이미지에서 찾을 때와 같은 이미지 안에서 찾을 때를 " +
					"비교한다. 정상인 부분은 가까운 곳에서 닮은 토큰을 찾지만 결함은 그렇지 않다."},
			func(s Settings) []Measurement {
				return []Measurement{head(s).by("knn")}
			}, drawVariation),
		figure("inp-figure3", Words{"Figure 3: anomaly maps", "그림 3: 이상 지도"},
			Words{"Test images with the outline of their masks, and INP-Former's anomaly maps " +
				"over them with the image score; the last column is a normal image. One colour " +
				"scale a data set: black up to what nine in ten pixels of its normal images " +
				"stay below.",
				"마스크 윤곽을 그린 시험 이미지와 그 위에 겹친 INP-Former의 이상 지도, 그리고 이미지 점수이다. 마지막 열은 정상 이미지이다. 색 " +
					"눈금은 데이터 세트마다 하나이며, 정상 이미지 화소 열 개 중 아홉 개가 넘지 않는 값까지는 검정이다."},
			func(s Settings) (all []Measurement) {
				for _, set := range superSets {
					all = append(all, s.inpFormer(set, s.Seeds[0]))
				}
				return all
			}, drawMaps),
		six,
		figure("inp-figure7", Words{"Figure 7: where the prototypes look", "그림 7: 프로토타입이 보는 곳"},
			Words{"The extractor's attention of each prototype over the patch tokens, averaged " +
				"over the heads, in one scale for all. The average and the scale are ours; the " +
				"paper does not say how its picture was made.",
				"추출기에서 각 프로토타입이 패치 토큰에 두는 어텐션을 헤드에 걸쳐 평균한 것이다. 평균과 색 눈금은 우리가 정한 것으로, 논문은 그림을 만든 " +
					"방법을 밝히지 않는다."},
			one, drawAttention),
		figure("inp-coherence", Words{"What the coherence loss does", "일관성 손실의 역할"},
			Words{"Each token's distance to its nearest prototype, with the coherence loss and " +
				"without it, in one scale, on the categories whose background is noisiest.",
				"각 토큰에서 가장 가까운 프로토타입까지의 거리를, 일관성 손실이 있을 때와 없을 때 같은 눈금으로 그렸다. 배경이 가장 어지러운 범주의 이미지이다."},
			func(s Settings) []Measurement {
				without := head(s)
				without.Experiment = experiment.With(without.Experiment, ablated("no-coherence"))
				return []Measurement{head(s), without}
			}, drawCoherence),
		figure("inp-figureS2", Words{"Figure S2: logical anomalies", "그림 S2: 논리적 이상"},
			Words{"Parts that are missing, misplaced or exchanged: nothing in them looks wrong by " +
				"itself. The anomaly map, and the distance map, each in its own scale: black up " +
				"to what nine in ten pixels of the data set's normal images stay below.",
				"빠지거나 자리가 바뀐 부품처럼 그 자체로는 이상해 보이지 않는 결함이다. 이상 지도와 거리 지도를 각각의 눈금으로 그렸으며, 정상 이미지 화소 " +
					"열 개 중 아홉 개가 넘지 않는 값까지는 검정이다."},
			one, drawLogical),
	}
}

// layoutPrototypes is a row for each number of prototypes.
func layoutPrototypes(s Settings) *Table {
	t := &Table{Corner: "data set, prototypes", Columns: []string{"I-AUROC", "I-AP", "P-AUROC",
		"P-AP", "AUPRO"}}
	for _, n := range s.Prototypes {
		m := s.inpFormer("mvtec", s.Seeds[0])
		m.Experiment = experiment.With(m.Experiment, func(s *inpformer.Settings) { s.INPs = n })
		t.beside(ablationSet, fmt.Sprintf("M = %d", n), []Measurement{m})
	}
	return t
}

func drawPrototypes(_ context.Context, r *Runner, t *Table) ([]Figure, []*Table, error) {
	var lines []plot.Line
	for c, name := range t.Columns {
		line := plot.Line{Name: name}
		for i, row := range t.Groups[0].Rows {
			if len(row.Cells[c].Ours) > 0 {
				line.X, line.Y = append(line.X, float64(r.Prototypes[i])),
					append(line.Y, row.Cells[c].Ours[0])
			}
		}
		if line.X != nil {
			lines = append(lines, line)
		}
	}
	f, err := curves("", Words{"The metrics over the number of prototypes.", "프로토타입 수에 따른 지표."},
		"influence of the number of prototypes", "prototypes M", "percent", lines...)
	return []Figure{f}, nil, err
}

func drawMaps(ctx context.Context, r *Runner, _ *Table) (figures []Figure, _ []*Table, err error) {
	for _, key := range superSets {
		d, enc, err := r.trained(ctx, r.inpFormer(key, r.Seeds[0]))
		if err != nil {
			return nil, nil, err
		}
		set, err := r.set(ctx, key)
		if err != nil {
			return nil, nil, err
		}
		picked := cases(set, r.Cases, nil)
		picked = append(picked, normal(set, picked[0].Category)...)
		scale, err := scaleOf(ctx, d, set)
		if err != nil {
			return nil, nil, err
		}
		top, err := pictures(picked, enc)
		if err != nil {
			return nil, nil, err
		}
		bottom, err := rowOf(ctx, "score", d, picked, enc, scale)
		if err != nil {
			return nil, nil, err
		}
		title := fmt.Sprintf("%s: INP-Former's anomaly maps", r.nameOf(key))
		figures = append(figures,
			Figure{Name: key, Picture: plot.Panel(title, [][]plot.Tile{top, bottom}, tileSide,
				&scale), Caption: Words{r.nameOf(key) + ".", r.nameOf(key) + "."}})
	}
	return figures, nil, nil
}

// nameOf is a data set's name, or that of the generated one that stands in for it.
func (r *Runner) nameOf(set string) string {
	if r.Size == "" {
		return vocabulary(set).Name
	}
	return "generated, in the layout of " + vocabulary(set).Name
}

func drawAttention(ctx context.Context, r *Runner, _ *Table) ([]Figure, []*Table, error) {
	d, enc, err := r.trained(ctx, r.inpFormer("mvtec", r.Seeds[0]))
	if err != nil {
		return nil, nil, err
	}
	set, err := r.set(ctx, "mvtec")
	if err != nil {
		return nil, nil, err
	}
	panel, err := attentionPanel(ctx, d, enc, cases(set, min(r.Cases, 4), nil))
	return []Figure{{Picture: panel}}, nil, err
}

// attentionPanel draws where each prototype looks, a row for each image.
func attentionPanel(ctx context.Context, d *inpformer.Detector, enc encoder.Encoder,
	picked []datasets.Sample) (image.Image, error) {
	features, err := d.Features.Extract(ctx, picked)
	if err != nil {
		return nil, err
	}
	defer features.Close()
	n := enc.Grid() * enc.Grid()
	var attention [][]float32
	for i := range picked {
		out, err := d.Trace(features.At(i), func(t *inpformer.Trace) []*graph.Node {
			return []*graph.Node{graph.ReduceMean(t.Attention, 1)}
		})
		if err != nil {
			return nil, err
		}
		attention = append(attention, tensors.MustCopyFlatData[float32](out[0]))
	}
	scale := plot.ScaleOf(0.995, attention...)
	var rows [][]plot.Tile
	for i, s := range picked {
		shown, outlined, err := picture(s, enc)
		if err != nil {
			return nil, err
		}
		row := []plot.Tile{{Picture: outlined, Caption: caption(s)}}
		for m := range d.Config.INPs {
			row = append(row, plot.Tile{Picture: plot.Overlay(shown, attention[i][m*n:(m+1)*n],
				enc.Grid(), scale), Caption: fmt.Sprintf("INP %d", m+1)})
		}
		rows = append(rows, row)
	}
	return plot.Panel("where each prototype looks (mean over the heads)", rows, tileSide-20,
		&scale), nil
}

func drawCoherence(ctx context.Context, r *Runner, _ *Table) ([]Figure, []*Table, error) {
	set, err := r.set(ctx, "mvtec")
	if err != nil {
		return nil, nil, err
	}
	noisy, err := noisiest(set, (len(set.Categories)+2)/3)
	if err != nil {
		return nil, nil, err
	}
	picked := cases(set, r.Cases, func(s datasets.Sample) bool {
		return slices.Contains(noisy, s.Category)
	})
	with := r.inpFormer("mvtec", r.Seeds[0])
	without := with
	without.Experiment = experiment.With(without.Experiment, ablated("no-coherence"))
	var rows [][]plot.Tile
	var detectors []*inpformer.ByDistance
	var maps [][]float32
	for i, m := range []Measurement{with, without} {
		d, enc, err := r.trained(ctx, m)
		if err != nil {
			return nil, nil, err
		}
		z := &inpformer.ByDistance{Trained: d}
		predictions, err := predict(ctx, z, picked)
		if err != nil {
			return nil, nil, err
		}
		for _, p := range predictions {
			maps = append(maps, p.Map)
		}
		detectors = append(detectors, z)
		if i == 0 {
			row, err := pictures(picked, enc)
			if err != nil {
				return nil, nil, err
			}
			rows = append(rows, row)
		}
	}
	// the blur darkens the border
	scale := plot.Scale{Low: plot.ScaleOf(0.05, maps...).High, High: plot.ScaleOf(1, maps...).High}
	for i, name := range []string{"with, score", "without, score"} {
		row, err := rowOf(ctx, name, detectors[i], picked, detectors[i].Trained.Features.Encoder,
			scale)
		if err != nil {
			return nil, nil, err
		}
		rows = append(rows, row)
	}
	return []Figure{{Picture: plot.Panel("distance to the nearest prototype, with and without the "+
		"coherence loss", rows, tileSide, &scale)}}, nil, nil
}

// logical are words in the names of defects that break a rule of the whole and look right by
// themselves.
var logical = []string{"misplaced", "swap", "missing", "wrong place", "extra"}

func drawLogical(ctx context.Context, r *Runner, _ *Table) ([]Figure, []*Table, error) {
	d, enc, err := r.trained(ctx, r.inpFormer("mvtec", r.Seeds[0]))
	if err != nil {
		return nil, nil, err
	}
	set, err := r.set(ctx, "mvtec")
	if err != nil {
		return nil, nil, err
	}
	picked := cases(set, r.Cases, func(s datasets.Sample) bool {
		return slices.ContainsFunc(logical, func(word string) bool {
			return strings.Contains(s.DefectType, word)
		})
	})
	if len(picked) == 0 {
		return nil, nil, fmt.Errorf("inp-figureS2: expected a test image of %s with a defect "+
			"named %s, found none", r.nameOf("mvtec"), strings.Join(logical, ", "))
	}
	top, err := pictures(picked, enc)
	if err != nil {
		return nil, nil, err
	}
	maps, err := scaleOf(ctx, d, set)
	if err != nil {
		return nil, nil, err
	}
	byMap, err := rowOf(ctx, "score", d, picked, enc, maps)
	if err != nil {
		return nil, nil, err
	}
	z := &inpformer.ByDistance{Trained: d}
	distances, err := scaleOf(ctx, z, set)
	if err != nil {
		return nil, nil, err
	}
	byDistance, err := rowOf(ctx, "score", z, picked, enc, distances)
	return []Figure{
		{Name: "map", Picture: plot.Panel("logical anomalies: anomaly map",
			[][]plot.Tile{top, byMap}, tileSide, &maps),
			Caption: Words{"The anomaly map: how badly each token is reconstructed.",
				"이상 지도: 각 토큰이 얼마나 잘못 재구성되었는지를 보인다."}},
		{Name: "distance", Picture: plot.Panel("logical anomalies: distance map",
			[][]plot.Tile{top, byDistance}, tileSide, &distances),
			Caption: Words{"The distance map: how far each token is from its nearest prototype.",
				"거리 지도: 각 토큰이 가장 가까운 프로토타입에서 얼마나 먼지를 보인다."}},
	}, nil, err
}
