package inpformer

import (
	"fmt"
	"slices"
	"strconv"

	"adlab/pkg/exhibit"
	"adlab/pkg/live/still"
)

// Still is INP-Former under the numbers of prototypes that the exhibits have trained: two defects
// and a normal image.
func (s *Session) Still() still.Plan[State] {
	return still.Plan[State]{
		Session: s, Control: "m", Shows: func(m string) bool {
			n, err := strconv.Atoi(m)
			return err == nil && slices.Contains(s.runner.Profile.Prototypes, n)
		},
		Images: []func(string) bool{still.Defect, still.Defect, still.Normal},
		Title: exhibit.Words{EN: "INP-Former: the number of prototypes",
			KO: "INP-Former: 프로토타입의 수"},
		Caption: exhibit.Words{
			EN: "Slide M: anomaly map, score, metrics and what each prototype looks at move " +
				"together. Each M has a trained head of its own, that of Figure 6. Green is a " +
				"defect found at the threshold, blue one missed, orange a false alarm.",
			KO: "M을 움직이면 이상 지도와 점수, 지표, 각 프로토타입이 보는 곳이 함께 바뀐다. M마다 따로 학습한 모델이며 " +
				"그림 6의 모델과 같다. 임계값에서 초록은 찾은 결함, 파랑은 놓친 결함, 주황은 잘못 찾은 곳이다.",
		},
		Label: exhibit.Words{EN: "M", KO: "프로토타입 수"}, Slider: true,
		Note: fmt.Sprintf("heads of %d steps, seed %d", s.experiment.Steps, s.experiment.Seed),
	}
}
