package datasets

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestVocabularies(t *testing.T) {
	sums := map[string]int{}
	for _, v := range Vocabularies() {
		require.NotEmpty(t, v.Source)
		require.Contains(t, Layouts(), v.Layout)
		for _, n := range v.Train {
			sums[v.Key] += n
		}
		for folder, kind := range v.Folders {
			require.Contains(t, v.Types, kind, folder)
		}
		for product, kinds := range v.ProductTypes {
			require.Contains(t, v.Categories, product)
			for _, k := range kinds {
				require.Contains(t, v.Types, k, product)
			}
		}
	}
	require.Equal(t, map[string]int{"mvtec": 3629, "visa": 8659, "mtd": 761, "deeppcb": 1000}, sums)
	v, err := VocabularyOf("visa")
	require.NoError(t, err)
	for raw, want := range map[string]string{"weird candle wick": "weird wick",
		"small holes": "hole", "chip": "chip"} {
		kind, ok := v.Type(raw)
		require.True(t, ok)
		require.Equal(t, want, kind)
	}
	_, ok := v.Type("sneeze")
	require.False(t, ok)
	_, err = VocabularyOf("coco")
	require.ErrorContains(t, err,
		"expected one of mvtec, visa, real-iad, mpdd, mad-sim, mad-real, mtd, deeppcb, got "+
			`"coco"`)
}

// TestSuperMultiClass: the 57 categories in order. Source: pkg/inpformer/SPEC.md 13.
func TestSuperMultiClass(t *testing.T) {
	var got []string
	for _, key := range []string{"mvtec", "visa", "real-iad"} {
		v, err := VocabularyOf(key)
		require.NoError(t, err)
		got = append(got, v.Categories...)
	}
	want := strings.Fields("carpet grid leather tile wood bottle cable capsule hazelnut " +
		"metal_nut pill screw toothbrush transistor zipper " +
		"candle capsules cashew chewinggum fryum macaroni1 macaroni2 pcb1 pcb2 pcb3 pcb4 " +
		"pipe_fryum " +
		"audiojack bottle_cap button_battery end_cap eraser fire_hood mint mounts pcb " +
		"phone_battery plastic_nut plastic_plug " +
		"porcelain_doll regulator rolled_strip_base sim_card_set switch tape terminalblock " +
		"toothbrush toy toy_brick transistor1 usb " +
		"usb_adaptor u_block vcpill wooden_beads woodstick zipper")
	require.Equal(t, want, got)
	require.Len(t, got, 15+12+30)
}

// TestFoldersByName: a folder that is called like a type is that type, whatever ids the official
// tables give (they exchange MAD-Sim's Missing and Burrs); Real-IAD's codes are the loader's.
func TestFoldersByName(t *testing.T) {
	for _, v := range Vocabularies() {
		for _, name := range v.Types {
			kind, ok := v.Type(name)
			require.True(t, ok)
			require.Equal(t, name, kind, v.Key)
		}
	}
	v, err := VocabularyOf("real-iad")
	require.NoError(t, err)
	require.Len(t, realIADCodes, len(v.Types))
	for code, want := range realIADCodes {
		kind, ok := v.Type(code)
		require.True(t, ok, code)
		require.Equal(t, want, kind)
	}
}

// TestVisATestCounts: 962 normal images, 1200 anomalous ones, 2162 in all. Source:
// pkg/inpformer/SPEC.md 13 and pkg/multiads/SPEC.md 14.
func TestVisATestCounts(t *testing.T) {
	v, err := VocabularyOf("visa")
	require.NoError(t, err)
	var sum [2]int
	for _, c := range v.Categories {
		sum[0], sum[1] = sum[0]+v.Test[c][0], sum[1]+v.Test[c][1]
	}
	require.Equal(t, [2]int{962, 1200}, sum)
}

// TestSeenTypes are the marks of the published per-defect tables of MultiADS, "seen-unseen" (a) to
// (d), for a model that learned from MVTec-AD; and VisA's other types by the rule of
// pkg/multiads/SPEC.md 12.
func TestSeenTypes(t *testing.T) {
	source, err := VocabularyOf("mvtec")
	require.NoError(t, err)
	for key, marks := range map[string]map[string]bool{
		"visa": {"extra": false, "stuck": false, "bent": true, "hole": true, "damage": true,
			"scratch": true, "breakage": true, "crack": true, "wrong place": true, "missing": true,
			"burnt": false, "weird wick": false, "partical": false, "bubble": false,
			"melded": false, "melt": false, "chip": false, "spot": false},
		"real-iad": {"pit": false, "contamination": true, "scratch": true, "damage": true},
		"mad-sim":  {"Burrs": false, "Missing": true, "Stains": true},
		"mpdd":     {"mismatch": false, "flattening": false, "scratch": true},
	} {
		target, err := VocabularyOf(key)
		require.NoError(t, err)
		seen := Seen(source, target)
		for kind, want := range marks {
			require.Equal(t, want, seen[kind], "%s %s", key, kind)
		}
	}
}
