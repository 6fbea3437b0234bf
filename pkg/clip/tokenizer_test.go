package clip

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const fixtures = "../../testdata/multiads/"

func TestTokenizeEqualsTheReference(t *testing.T) {
	b, err := os.ReadFile(fixtures + "tokenizer.json")
	require.NoError(t, err)
	var f struct {
		VocabSHA string `json:"vocab_gz_sha256"`
		Cases    []struct {
			Text      string
			IDs       []int32
			N         int `json:"n_bpe"`
			Truncated bool
		}
	}
	require.NoError(t, json.Unmarshal(b, &f))
	require.Equal(t, f.VocabSHA, fmt.Sprintf("%x", sha256.Sum256(mergeTable)))
	for _, c := range f.Cases {
		got := Tokenize(c.Text)
		require.Equal(t, c.IDs, got.IDs[:len(c.IDs)], "%q", c.Text)
		for _, id := range got.IDs[len(c.IDs):] {
			require.Zero(t, id, "%q", c.Text)
		}
		require.Equal(t, c.Truncated, got.Truncated, "%q", c.Text)
		require.Equal(t, c.N, got.Length, "%q", c.Text)
	}
}

func TestTokenizeAllPromptsOfAProduct(t *testing.T) {
	b, err := os.ReadFile(fixtures + "prompts.json")
	require.NoError(t, err)
	var p struct {
		Templates []string
		States    map[string][][2]json.RawMessage
	}
	require.NoError(t, json.Unmarshal(b, &p))
	b, err = os.ReadFile(fixtures + "tokenizer.json")
	require.NoError(t, err)
	var f struct {
		Full struct {
			Object string
			Rows   int
			SHA    string `json:"sha256_int32_le"`
		} `json:"visa_full"`
	}
	require.NoError(t, json.Unmarshal(b, &f))
	h, rows := sha256.New(), 0
	for _, state := range p.States["visa_train"] {
		var phrases []string
		require.NoError(t, json.Unmarshal(state[1], &phrases))
		for _, phrase := range phrases {
			for _, template := range p.Templates {
				text := strings.ReplaceAll(template, "{}", strings.ReplaceAll(phrase, "{}",
					f.Full.Object))
				ids := Tokenize(text).IDs
				require.NoError(t, binary.Write(h, binary.LittleEndian, ids[:]))
				rows++
			}
		}
	}
	require.Equal(t, f.Full.Rows, rows)
	require.Equal(t, f.Full.SHA, fmt.Sprintf("%x", h.Sum(nil)))
}

func TestTokenizeStrangeText(t *testing.T) {
	for _, text := range []string{"", "{", "}{", "\x00\x01", "\xff\xfe", "나사에 긁힘", "🔩🔩",
		strings.Repeat("x", 1<<20)} {
		got := Tokenize(text)
		require.EqualValues(t, startID, got.IDs[0])
		require.Contains(t, got.IDs[:], int32(endID))
	}
	require.True(t, Tokenize(strings.Repeat("word ", 80)).Truncated)
}

func TestPiecesAreWhatTheTokenizerGives(t *testing.T) {
	pieces := Pieces()
	require.Len(t, pieces, Vocabulary)
	for text, want := range map[string][]string{"a scratched screw": {"a", "scratched", "screw"},
		"é": {"é"}} {
		tokens := Tokenize(text)
		var got []string
		for _, id := range tokens.IDs[1 : 1+tokens.Length] {
			got = append(got, pieces[id])
		}
		require.Equal(t, want, got)
	}
	require.Empty(t, pieces[startID])
}

func TestUnknownWords(t *testing.T) {
	require.Equal(t, []string{"심지가", "비뚤어진"},
		Unknown("심지가 비뚤어진 candle, 심지가 crooked"))
	for _, text := range []string{"", "a candle's wick, bent 3.5 mm!", "Überzug, café, naïve",
		"<start_of_text> dent <end_of_text>"} {
		require.Empty(t, Unknown(text), text)
	}
}

func FuzzTokenize(f *testing.F) {
	f.Add("a photo of a scratched screw")
	f.Add("İΣ'S\u200b\ufb01")
	f.Fuzz(func(t *testing.T, text string) {
		got := Tokenize(text)
		require.EqualValues(t, startID, got.IDs[0])
		ended := false
		for _, id := range got.IDs[1:] {
			require.True(t, id >= 0 && id < Vocabulary)
			require.False(t, ended && id != 0)
			ended = ended || id == endID
		}
		require.True(t, ended)
	})
}
