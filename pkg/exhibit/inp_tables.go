package exhibit

import (
	"fmt"
	"slices"

	"adlab/datasets/published"
	"adlab/pkg/experiment"
)

// Where the exhibits are cells.
const (
	inpTablesNotebook  = "notebooks/02_inpformer_tables.ipynb"
	inpFiguresNotebook = "notebooks/03_inpformer_figures.ipynb"
)

// systems are the detectors that stand for methods the papers compare with.
var systems = map[string]string{"INP-Former": "inp-former", "PatchCore": "patchcore",
	"PaDiM": "padim"}

// baselines are measured beside INP-Former on the same features, where they are known.
var baselines = []struct{ name, detector string }{{"PatchCore", "patchcore"}, {"PaDiM", "padim"},
	{"kNN", "knn"}}

// known tells whether the lab has a detector.
func known(detector string) bool { return slices.Contains(experiment.MethodNames(nil), detector) }

// besideBaselines adds a row for every baseline whose method the group does not print.
func (t *Table) besideBaselines(of func(set, detector string) []Measurement) {
	for _, g := range t.Groups {
		for _, b := range baselines {
			if known(b.detector) && !slices.ContainsFunc(g.Rows, func(r Row) bool {
				return r.Name == b.name
			}) {
				t.beside(g.Name, b.name+", here", of(setOf[g.Name], b.detector))
			}
		}
	}
}

func method(c published.Claim) string { return c.Method }

func byDataset(c published.Claim) string { return c.Dataset }

func inpTables() []Exhibit {
	return []Exhibit{
		{
			ID: "inp-table1", Paper: "INP-Former", Kind: KindTable, Notebook: inpTablesNotebook,
			Timed: true,
			Title: Words{"Table 1: what attention costs", "표 1: 어텐션의 비용"},
			Caption: Words{"Self-attention looks from every patch token at every other: N² pairs. " +
				"INP-guided attention looks at M prototypes: N·M pairs. The formula, and the time " +
				"and memory of the compiled module on this machine. Costs are counted from " +
				"the module's definition; a multiply-add is two operations.",
				"셀프 어텐션은 모든 패치 토큰이 서로를 바라보므로 N²쌍이 필요하고, INP 유도 어텐션은 M개의 프로토타입만 바라보므로 N·M쌍이면 된다. " +
					"식으로 센 비용과 이 컴퓨터에서 잰 시간과 메모리이다. 곱셈-덧셈 한 번을 두 연산으로 센다."},
			draw: drawCost,
		},
		{
			ID: "inp-table2", Paper: "INP-Former", Kind: KindTable, Tables: []string{"2"},
			Notebook: inpTablesNotebook,
			Title:    Words{"Table 2: multi-class anomaly detection", "표 2: 다중 클래스 이상 탐지"},
			Caption: Words{"One model for all categories of a data set. Ours stands first, the " +
				"printed number in brackets; rows in quotation marks are quoted from the paper " +
				"and not measured here.",
				"데이터 세트의 모든 범주를 한 모델로 다룬다. 앞의 수가 우리 측정값이고 괄호 안이 논문의 값이며, 따옴표가 붙은 행은 논문에서 인용한 것으로 " +
					"여기서 측정하지 않았다."},
			layout: func(s Settings) *Table {
				t := printed(published.Of("INP-Former", "2"), byDataset, method,
					func(c published.Claim) (of, less []Measurement) {
						if c.Method == "INP-Former" {
							of = s.seeds(s.inpFormer(setOf[c.Dataset], 1))
						}
						return of, nil
					})
				t.besideBaselines(func(set, detector string) []Measurement {
					return s.seeds(s.inpFormer(set, 1).by(detector))
				})
				return t
			},
		},
		{
			ID: "inp-table3", Paper: "INP-Former", Kind: KindTable, Tables: []string{"3"},
			Notebook: inpTablesNotebook,
			Title:    Words{"Table 3: few-shot anomaly detection", "표 3: 소수 샘플 이상 탐지"},
			Caption: Words{"Only k normal images of each category are known, one model for all. " +
				"The deck prints four shots; one and two stand beside.",
				"범주마다 정상 이미지 k장만 알려져 있고 모든 범주를 한 모델로 다룬다. 발표 자료에는 4-shot만 실려 있으며 1-shot과 2-shot은 " +
					"나란히 측정하였다."},
			layout: func(s Settings) *Table {
				t := printed(published.Of("INP-Former", "3"), byDataset, method,
					func(c published.Claim) (of, less []Measurement) {
						if detector, ok := systems[c.Method]; ok && known(detector) {
							of = []Measurement{s.shots(s.inpFormer(setOf[c.Dataset], 1),
								4).by(detector)}
						}
						return of, nil
					})
				for _, g := range t.Groups {
					for _, k := range s.Shots {
						if k != 4 {
							t.beside(g.Name, fmt.Sprintf("INP-Former, %d-shot", k),
								[]Measurement{s.shots(s.inpFormer(setOf[g.Name], 1), k)})
						}
					}
				}
				t.besideBaselines(func(set, detector string) []Measurement {
					return []Measurement{s.shots(s.inpFormer(set, 1), 4).by(detector)}
				})
				return t
			},
		},
		{
			ID: "inp-table4", Paper: "INP-Former", Kind: KindTable, Tables: []string{"4"},
			Notebook: inpTablesNotebook,
			Title:    Words{"Table 4: single-class anomaly detection", "표 4: 단일 클래스 이상 탐지"},
			Caption: Words{"One model for each category, averaged over the categories.",
				"범주마다 모델을 따로 두고 범주에 걸쳐 평균하였다."},
			layout: func(s Settings) *Table {
				t := printed(published.Of("INP-Former", "4"), byDataset, method,
					func(c published.Claim) (of, less []Measurement) {
						if detector, ok := systems[c.Method]; ok && known(detector) {
							of = []Measurement{s.singleClass(s.inpFormer(setOf[c.Dataset],
								1)).by(detector)}
						}
						return of, nil
					})
				t.besideBaselines(func(set, detector string) []Measurement {
					return []Measurement{s.singleClass(s.inpFormer(set, 1)).by(detector)}
				})
				return t
			},
		},
		{
			ID: "inp-tableS5", Paper: "INP-Former", Kind: KindTable, Tables: []string{"S5"},
			Notebook: inpTablesNotebook,
			Title:    Words{"Table S5: super-multi-class anomaly detection", "표 S5: 초다중 클래스 이상 탐지"},
			Caption: Words{"One model for the categories of three data sets together, against one " +
				"model a data set, and the difference in percentage points.",
				"세 데이터 세트의 범주를 모두 한 모델로 다룬 것과 데이터 세트마다 한 모델을 둔 것, 그리고 그 차이(퍼센트포인트)이다."},
			layout: layoutS5,
		},
		{
			ID: "inp-tableS8", Paper: "INP-Former", Kind: KindTable, Tables: []string{"S8"},
			Notebook: inpTablesNotebook,
			Title:    Words{"Table S8: zero-shot anomaly detection", "표 S8: 제로샷 이상 탐지"},
			Caption: Words{"Weights of another data set's multi-class model; the map is the " +
				"distance of each token to the nearest of the test image's own prototypes. " +
				"MVTec-AD is scored by the model of VisA, VisA by that of MVTec-AD; which " +
				"weights the paper takes for VisA is not stated.",
				"다른 데이터 세트의 다중 클래스 모델을 그대로 쓰고, 시험 이미지 자신의 프로토타입 가운데 가장 가까운 것까지의 거리를 이상 지도로 삼는다. " +
					"MVTec-AD는 VisA의 모델로, VisA는 MVTec-AD의 모델로 채점하였다."},
			layout: func(s Settings) *Table {
				source := map[string]string{"mvtec": "visa", "visa": "mvtec"}
				return printed(published.Of("INP-Former", "S8"), byDataset, method,
					func(c published.Claim) (of, less []Measurement) {
						if c.Method == "INP-Former" {
							of = []Measurement{s.zeroShot(setOf[c.Dataset],
								source[setOf[c.Dataset]])}
						}
						return of, nil
					})
			},
		},
	}
}

// zeroShot scores a set by the distances of the model that learned from another.
func (s Settings) zeroShot(set, source string) Measurement {
	m := s.inpFormer(source, s.Seeds[0])
	m.Set, m.TrainedOn, m.Distance = set, []string{source}, true
	return m
}

// superSets are learned from together in the super-multi-class setting, in this order.
var superSets = []string{"mvtec", "visa", "real-iad"}

func layoutS5(s Settings) *Table {
	multi := func(set string) Measurement { return s.inpFormer(set, s.Seeds[0]) }
	super := func(set string) Measurement {
		m := multi(superSets[0]) // the head is the same for every tested set
		m.Set, m.TrainedOn = set, superSets
		return m
	}
	setting := func(c published.Claim) string {
		if c.Unit == "percentage points" {
			return "difference"
		}
		return c.Setting
	}
	return printed(published.Of("INP-Former", "S5"), byDataset, setting,
		func(c published.Claim) (of, less []Measurement) {
			set := setOf[c.Dataset]
			switch setting(c) {
			case "multi-class":
				return []Measurement{multi(set)}, nil
			case "super-multi-class":
				return []Measurement{super(set)}, nil
			}
			return []Measurement{super(set)}, []Measurement{multi(set)}
		})
}
