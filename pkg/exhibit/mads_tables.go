package exhibit

import (
	"fmt"
	"slices"
	"strings"

	"adlab/datasets/published"
	"adlab/pkg/experiment"
	"adlab/pkg/multiads"
)

// Where the exhibits are cells.
const (
	madsTablesNotebook  = "notebooks/05_multiads_tables.ipynb"
	madsFiguresNotebook = "notebooks/06_multiads_figures.ipynb"
)

// multiADS is MultiADS on a target that it has not seen, with adapters that learned from MVTec-AD.
// The variant is the one that is closest to the published numbers; see package multiads.
func (s Settings) multiADS(target, variant string) Measurement {
	m := s.inpFormer(target, s.Seeds[0]).by("multiads")
	m.TrainedOn = []string{"mvtec"}
	m.Experiment.Steps, m.Experiment.Batch = s.AdapterSteps, s.AdapterBatch
	m.change(func(own *multiads.Settings) { own.Revision = variant })
	if s.Size == "" { // the variant's own
		m.Experiment.Steps, m.Experiment.Batch, m.Experiment.Convention = 0, 0,
			experiment.MultiADSPrint
	}
	return m
}

// binary is the measurement behind a row of the zero- and few-shot tables, nil for a method that is
// not measured here. Plain CLIP has no adapters to train and no references.
func (s Settings) binary(method, target string, shots int) []Measurement {
	m := s.multiADS(target, "first-release")
	m.Experiment.Shots = shots
	switch {
	case method == "MultiADS-F":
		m.change(func(own *multiads.Settings) { own.Filter, own.Rule = true, "score_blend" })
	case method == "April-GAN":
		learning := experiment.OwnOf[multiads.Settings](m.Experiment).Learning
		m.Experiment = m.Experiment.By("april-gan")
		m.Experiment.Own = learning
	case method == "CLIP" && shots == 0:
		m.TrainedOn, m.Experiment.Steps, m.Experiment.Batch = nil, 0, 0
		m.Experiment = m.Experiment.By("clip")
	case method != "MultiADS":
		return nil
	}
	return []Measurement{m}
}

// typed is multi-type segmentation.
func (s Settings) typed(target string, single bool) Measurement {
	m := s.multiADS(target, "type-training")
	m.change(func(own *multiads.Settings) { own.Types, own.Single = true, single })
	return m
}

func madsTables() []Exhibit {
	return []Exhibit{
		{
			ID: "mads-table21", Paper: "MultiADS", Kind: KindTable, Tables: []string{"21"},
			Notebook: madsTablesNotebook,
			Title:    Words{"Table 21: few-shot on VisA", "표 21: VisA 소수 샘플"},
			Caption: Words{"Adapters that learned from MVTec-AD, and k normal reference images of " +
				"each product of VisA; April-GAN here is the same adapters on two texts, normal " +
				"and not. MultiADS-F keeps only the types of defect that can occur on the " +
				"product.",
				"MVTec-AD로 학습한 어댑터에 VisA 제품마다 정상 참조 이미지 k장을 더하였다. 여기의 April-GAN은 같은 어댑터에 정상과 비정상 " +
					"두 텍스트만 쓴다. MultiADS-F는 그 제품에 생길 수 있는 결함 유형만 남긴다."},
			layout: func(s Settings) *Table {
				return printed(published.Of("MultiADS", "21"), func(c published.Claim) string {
					return c.Dataset + ", " + c.Setting
				}, method, func(c published.Claim) (of, less []Measurement) {
					var k int
					if _, err := fmt.Sscanf(c.Setting, "%d-shot", &k); err != nil ||
						s.Profile == "smoke" && !slices.Contains(s.Shots, k) {
						return nil, nil
					}
					return s.binary(c.Method, setOf[c.Dataset], k), nil
				})
			},
		},
		{
			ID: "mads-table4", Paper: "MultiADS", Kind: KindTable, Tables: []string{"4"},
			Notebook: madsTablesNotebook,
			Title:    Words{"Table 4: zero-shot on five targets", "표 4: 다섯 대상의 제로샷"},
			Caption: Words{"Adapters that learned from MVTec-AD, on data sets that they have not " +
				"seen; plain CLIP and a method in the manner of April-GAN on the same towers. " +
				doubt("4"),
				"MVTec-AD로 학습한 어댑터를 본 적 없는 데이터 세트에 적용하였다. CLIP 자체와 April-GAN 방식의 방법도 같은 타워로 " +
					"측정하였다. 원자료에서 데이터 세트 이름이 밀려 있어 방법의 순서로 블록을 되맞추었다."},
			layout: func(s Settings) *Table {
				return printed(published.Of("MultiADS", "4"), byDataset, method,
					func(c published.Claim) (of, less []Measurement) {
						if target := setOf[c.Dataset]; s.Targets == nil ||
							slices.Contains(s.Targets,
								target) {
							of = s.binary(c.Method, target, 0)
						}
						return of, nil
					})
			},
		},
		{
			ID: "mads-table3", Paper: "MultiADS", Kind: KindAblation, Tables: []string{"3"},
			Notebook: madsTablesNotebook,
			Title:    Words{"Table 3: the knowledge base, on and off", "표 3: 지식 베이스의 유무"},
			Caption: Words{"Multi-type segmentation with several prompts for each type of defect, " +
				"and with one that only names the type.",
				"결함 유형마다 여러 프롬프트를 쓸 때와 유형 이름만 담은 프롬프트 하나를 쓸 때의 다중 유형 분할이다."},
			layout: func(s Settings) *Table {
				return printed(published.Of("MultiADS", "3"), byDataset,
					func(c published.Claim) string {
						return c.Method + ", " + c.Detail
					}, func(c published.Claim) (of, less []Measurement) {
						return []Measurement{s.typed(setOf[c.Dataset], c.Detail == "without KBA")},
							nil
					})
			},
		},
		seenUnseen(),
		{
			ID: "mads-super", Paper: "MultiADS", Kind: KindTable, Notebook: madsTablesNotebook,
			Title: Words{"Super-multi-class training", "초다중 클래스 학습"},
			Caption: Words{"Adapters that learned from one data set, and from several together, " +
				"on VisA, which they have not seen. The paper prints no such table.",
				"한 데이터 세트에서 학습한 어댑터와 여러 데이터 세트에서 함께 학습한 어댑터를, 본 적 없는 VisA에 적용하였다. 논문에는 이런 표가 없다."},
			layout: func(s Settings) *Table {
				t := &Table{Corner: "data set, learned from", Columns: []string{"I-AUROC", "I-AP",
					"I-F1max", "P-AUROC", "P-AP", "P-F1max", "AUPRO"}}
				for _, sources := range [][]string{{"mvtec"}, {"mvtec", "mpdd"},
					{"mvtec", "mpdd", "real-iad"}} {
					m := s.multiADS("visa", "first-release")
					m.TrainedOn = sources
					var names []string
					for _, key := range sources {
						names = append(names, vocabulary(key).Name)
					}
					t.beside("VisA", strings.Join(names, " + "), []Measurement{m})
				}
				return t
			},
		},
		{
			ID: "mads-seeds", Paper: "MultiADS", Kind: KindTable, Notebook: madsTablesNotebook,
			Title: Words{"MultiADS over the seeds", "시드에 따른 MultiADS"},
			Caption: Words{"Adapters that learned from MVTec-AD, each row over all seeds of the " +
				"profile, on VisA, which shares no category with it, without and with normal " +
				"references. The paper prints no such table.",
				"MVTec-AD로 학습한 어댑터를 범주가 하나도 겹치지 않는 VisA에 적용하고, 각 행을 정상 참조 없이, 또 정상 참조를 더하여 프로필의 " +
					"모든 시드로 측정하였다. 논문에는 이런 표가 없다."},
			layout: func(s Settings) *Table {
				t := &Table{Corner: "data set, setting", Columns: []string{"I-AUROC", "I-AP",
					"I-F1max", "P-AUROC", "P-AP", "P-F1max", "AUPRO"}}
				reference := s.multiADS("visa", "first-release")
				reference.Experiment.Shots = 4
				t.beside("VisA", "zero-shot", s.seeds(s.multiADS("visa", "first-release")))
				t.beside("VisA", "4-shot", s.seeds(reference))
				return t
			},
		},
	}
}

// doubt is what casts doubt on one of the paper's tables, as a sentence.
func doubt(table string) string {
	d := published.Doubt("MultiADS", table)
	return strings.ToUpper(d[:1]) + d[1:] + "."
}

// seenUnseen is a row for each printed defect type.
func seenUnseen() Exhibit {
	tables := []string{"seen-unseen (a)", "seen-unseen (b)", "seen-unseen (c)", "seen-unseen (d)"}
	defect := func(c published.Claim) (name, seen string) {
		name, seen, _ = strings.Cut(strings.TrimPrefix(c.Detail, "defect="), "; ")
		return name, seen
	}
	return Exhibit{
		ID: "mads-seen-unseen", Paper: "MultiADS", Kind: KindTable, Tables: tables,
		Notebook: madsTablesNotebook,
		Title:    Words{"Types of defect that training saw, and others", "학습에서 본 결함 유형과 보지 못한 유형"},
		Caption: Words{"Multi-type segmentation by type of defect, with adapters that learned " +
			"from MVTec-AD. A type is seen where MVTec-AD has the same concept under any name.",
			"MVTec-AD로 학습한 어댑터의 결함 유형별 다중 유형 분할이다. MVTec-AD에 이름이 달라도 같은 개념의 결함이 있으면 본 유형으로 친다."},
		layout: func(s Settings) *Table {
			claims := claimsOf("MultiADS", tables...)
			t := printed(claims, byDataset, func(c published.Claim) string {
				name, seen := defect(c)
				return name + ", " + seen
			}, func(c published.Claim) (of, less []Measurement) {
				return []Measurement{s.typed(setOf[c.Dataset], false)}, nil
			})
			for _, row := range t.rows() {
				row.defect, _, _ = strings.Cut(row.Name, ", ")
				for i := range row.Cells {
					row.Cells[i].Decimals = 2
				}
			}
			return t
		},
	}
}
