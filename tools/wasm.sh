#!/usr/bin/env bash
# Builds the lab as a module for a browser's tab: wasm.sh FOLDER writes try.wasm, try.wasm.gz and Go's wasm_exec.js into it, and
# what MultiADS needs beside: the small pair's weights, and its text tower's merge table.
#
# An overlay leaves these two out of the module, and the weights that no model on the page looks through (22 MB that do not shrink). Two
# libraries are replaced: the one that maps files into memory, which a tab cannot, by one that reads them, and the one of twelve fonts. The
# page writes no letter of these nor of four others, so that the small font of a library's own tests stands for all (2.5 MB less,
# compressed). Of gonum's plots minimal leaves out PDF and other formats on paper.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"
out=$(mkdir -p "${1:?usage: wasm.sh FOLDER}" && cd "$1" && pwd)
cd "$root"
work=out/wasm # within the checkout, so that no folder of this machine is in the module
mkdir -p out
exec 9> out/wasm.lock
flock 9 # one at a time
rm -rf "$work"
mkdir "$work"

: > "$work/empty"
cat > "$work/overlay.json" <<END
{"Replace": {
  "$root/pkg/bridge/weights/dinov2-minilm.safetensors": "$root/$work/empty",
  "$root/pkg/clip/bpe_simple_vocab_16e6.txt.gz": "$root/$work/empty",
  "$root/pkg/clip/weights/small.safetensors": "$root/$work/empty",
  "$root/pkg/plot/hangul/hangul.ttf": "$root/$work/empty",
  "$root/pkg/vit/weights/adlab-vit-tiny.safetensors": "$root/$work/empty"
}}
END
mkdir "$work/mmap"
cp tools/wasm/mmap.go.txt "$work/mmap/mmap.go"
echo "module github.com/edsrzf/mmap-go" > "$work/mmap/go.mod"
images=golang.org/x/image fonts=codeberg.org/go-fonts/liberation
font=$images/font/gofont/goregular
stand_in() { printf 'package %s\n\nimport "%s"\n\nvar TTF = goregular.TTF\n' "$1" "$font" > "$2"; }
cp -r "$(go list -m -f '{{.Dir}}' "$images")" "$work/image"
chmod -R u+w "$work/image"
cp "$work/image/font/testdata/glyfTest.ttf" "$work/image/font/gofont/goregular/"
printf 'package goregular\n\nimport _ "embed"\n\n//go:embed glyfTest.ttf\nvar TTF []byte\n' > "$work/image/font/gofont/goregular/data.go"
for name in gobold gobolditalic goitalic; do stand_in "$name" "$work/image/font/gofont/$name/data.go"; done
mkdir "$work/fonts"
echo "module $fonts" > "$work/fonts/go.mod"
for folder in "$(go list -m -f '{{.Dir}}' "$fonts")"/liberation*/; do
	name=$(basename "$folder")
	mkdir "$work/fonts/$name"
	stand_in "$name" "$work/fonts/$name/font.go"
done
cp go.sum "$work/go.sum"
{
	cat go.mod
	echo "replace github.com/edsrzf/mmap-go => ./$work/mmap"
	echo "replace $fonts => ./$work/fonts"
	echo "replace $images => ./$work/image"
} > "$work/go.mod"

GOOS=js GOARCH=wasm GOEXPERIMENT= go build -trimpath -tags minimal -modfile "$work/go.mod" -overlay "$work/overlay.json" -ldflags "-s -w" \
	-o "$out/try.wasm" ./pkg/cmd/try
gzip -9 -n -c "$out/try.wasm" > "$work/try.wasm.gz"
mv "$work/try.wasm.gz" "$out/try.wasm.gz"
gzip -9 -n -c pkg/clip/weights/small.safetensors > "$work/pair.safetensors.gz"
mv "$work/pair.safetensors.gz" "$out/pair.safetensors.gz"
cat NOTICE pkg/clip/LICENSE.open_clip > "$out/NOTICE.txt"
cp -f pkg/clip/bpe_simple_vocab_16e6.txt.gz "$out/merges.bin"
cp -f "$(go env GOROOT)/lib/wasm/wasm_exec.js" "$out/wasm_exec.js"
wc -c "$out/try.wasm" && wc -c "$out/try.wasm.gz"
