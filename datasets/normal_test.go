package datasets

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNormalNames(t *testing.T) {
	for _, name := range []string{"good", "Good", "GOOD", "ok", "OK", "Ok", "normal", "Normal",
		"defect-free", "defect_free", "No Defect", "non_defective", "i.O.", "pass", "정상", "양품"} {
		require.True(t, Normal(name), name)
	}
	for _, name := range []string{"ko", "KO", "NG", "ng", "n.i.O.", "not_ok", "bad", "abnormal",
		"anomaly", "goods", "defect", "not good", "cut", "", "불량"} {
		require.False(t, Normal(name), name)
	}
}

func TestNormalClassUnderAnyName(t *testing.T) {
	for _, c := range []struct{ train, test string }{{"OK", "OK"}, {"ok", "ok"},
		{"normal", "Normal"}, {"Good", "good"}, {"good", "defect_free"}} {
		root := tree(t, "a/train/"+c.train+"/0.png", "a/test/"+c.test+"/0.png",
			"a/test/ko/0.png", "a/ground_truth/ko/0.png", "a/ground_truth/"+c.test+"/")
		set, err := Open("mvtec", root, Options{})
		require.NoError(t, err)
		require.Len(t, set.Categories[0].Train, 1)
		for _, x := range set.Categories[0].Test {
			require.Equal(t, x.Label == 0, x.DefectType == Good, x.ID)
			require.Equal(t, x.Label == 1, x.DefectType == "ko", x.ID)
		}
		require.Len(t, set.Notes, 1)
		require.Contains(t, set.Notes[0], "are read as normal")
	}
	both, err := Open("folder", tree(t, "train/good/0.png", "test/good/0.png", "test/OK/1.png",
		"test/cut/0.png"), Options{})
	require.NoError(t, err)
	normal := 0
	for _, x := range both.Categories[0].Test {
		normal += 1 - x.Label
	}
	require.Equal(t, 2, normal, "never two normal classes apart")

	_, err = Open("folder", tree(t, "train/fine/0.png", "test/good/0.png"), Options{})
	require.ErrorContains(t, err, `got a folder "fine"; anomalous images belong into test; rename `+
		"it to good if its images are normal")
	set, err := Open("folder", tree(t, "train/0.png", "test/fine/0.png", "test/cut/0.png"),
		Options{})
	require.NoError(t, err)
	require.Contains(t, set.Notes[0], "none of its folders (cut, fine) is called good, ok or "+
		"normal")
	set, err = Open("folder", tree(t, "train/0.png", "test/good/0.png", "test/cut/0.png"),
		Options{})
	require.NoError(t, err)
	require.Empty(t, set.Notes)
}
