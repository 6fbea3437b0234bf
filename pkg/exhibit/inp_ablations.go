package exhibit

import (
	"adlab/pkg/experiment"
	"adlab/pkg/inpformer"
)

// ablationSet is where the ablations are measured.
const ablationSet = "MVTec-AD"

// ablated switches to an ablation.
func ablated(name string) func(*inpformer.Settings) {
	return func(s *inpformer.Settings) { s.Ablation = name }
}

func inpAblations() []Exhibit {
	type row struct{ name, ablation string }
	ablation := func(id string, title, caption Words, rows ...row) Exhibit {
		return Exhibit{
			ID: "inp-ablation-" + id, Paper: "INP-Former", Kind: KindAblation,
			Notebook: inpTablesNotebook, Title: title, Caption: caption,
			layout: func(s Settings) *Table {
				t := &Table{Corner: "data set, variant", Columns: []string{"I-AUROC", "I-AP",
					"I-F1max", "P-AUROC", "P-AP", "P-F1max", "AUPRO"}}
				for _, r := range append([]row{{"INP-Former", ""}}, rows...) {
					m := s.inpFormer(setOf[ablationSet], s.Seeds[0])
					m.Experiment = experiment.With(m.Experiment, ablated(r.ablation))
					t.beside(ablationSet, r.name, []Measurement{m})
				}
				return t
			},
		}
	}
	return []Exhibit{
		ablation("coherence", Words{"Without the coherence loss", "일관성 손실이 없을 때"},
			Words{"The coherence loss draws each token's nearest prototype towards it, so that " +
				"prototypes stand for what is normal in the image. Its weight is set to zero.",
				"일관성 손실은 각 토큰에 가장 가까운 프로토타입을 토큰 쪽으로 당겨 프로토타입이 이미지의 정상을 대표하게 한다. 그 가중치를 0으로 두었다."},
			row{"without coherence loss", "no-coherence"}),
		ablation("mining", Words{"Without soft mining", "소프트 마이닝이 없을 때"},
			Words{"Soft mining weighs the gradient of each token by how badly it is " +
				"reconstructed, to the third power. The power is set to zero: the plain cosine " +
				"loss.",
				"소프트 마이닝은 재구성이 잘 안 되는 토큰일수록 그래디언트에 큰 가중치(세제곱)를 준다. 지수를 0으로 두어 보통의 코사인 손실로 되돌렸다."},
			row{"without soft mining", "no-mining"}),
		ablation("inps", Words{"Without prototypes of the image's own", "이미지 고유의 프로토타입이 없을 때"},
			Words{"The decoder's keys and values are a learned table that is the same for every " +
				"image, or its own tokens (self-attention), through which defects can pass.",
				"디코더의 키와 값을 모든 이미지에 같은 학습된 표로 바꾸거나, 결함까지 통과할 수 있는 자기 토큰(셀프 어텐션)으로 바꾸었다."},
			row{"a static table", "table"}, row{"self-attention", "self-attention"}),
		ablation("residual", Words{"With a residual around the attention", "어텐션에 잔차 연결을 더할 때"},
			Words{"The paper's decoder has no residual around the attention, so that nothing but " +
				"prototypes can pass. Here it has one.",
				"논문의 디코더에는 어텐션을 우회하는 잔차 연결이 없어 프로토타입만 지나갈 수 있다. 여기서는 잔차 연결을 더하였다."},
			row{"with a residual", "residual"}),
		ablation("softmax", Words{"Softmax in place of ReLU", "ReLU 대신 소프트맥스"},
			Words{"ReLU lets a token take nothing from a prototype that it does not resemble; " +
				"softmax makes it take something from each.",
				"ReLU를 쓰면 닮지 않은 프로토타입에서는 아무것도 가져오지 않지만, 소프트맥스를 쓰면 모든 프로토타입에서 조금씩 가져오게 된다."},
			row{"softmax", "softmax"}),
	}
}
