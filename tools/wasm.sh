#!/usr/bin/env bash
# Builds the lab as a module for a browser's tab: wasm.sh FOLDER writes try.wasm, try.wasm.gz and Go's wasm_exec.js into it.
#
# An overlay leaves out the weights that no model on the page looks through (18 MB that do not shrink), and gives the library that maps
# files into memory a body that reads them, for a tab cannot map any.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"
cd "$root"
out=${1:?usage: wasm.sh FOLDER}
mkdir -p "$out"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
: > "$work/empty"
mapping=$(go list -m -f '{{.Dir}}' github.com/edsrzf/mmap-go)
cat > "$work/overlay.json" <<END
{"Replace": {
  "$mapping/mmap_wasm.go": "$root/tools/wasm/mmap.go.txt",
  "$root/pkg/bridge/weights/dinov2-minilm.safetensors": "$work/empty",
  "$root/pkg/clip/bpe_simple_vocab_16e6.txt.gz": "$work/empty",
  "$root/pkg/clip/weights/small.safetensors": "$work/empty",
  "$root/pkg/vit/weights/adlab-vit-tiny.safetensors": "$work/empty"
}}
END
GOOS=js GOARCH=wasm GOEXPERIMENT= go build -trimpath -overlay "$work/overlay.json" -ldflags "-s -w" -o "$out/try.wasm" ./pkg/cmd/try
gzip -9 -n -c "$out/try.wasm" > "$work/try.wasm.gz"
mv "$work/try.wasm.gz" "$out/try.wasm.gz"
cp -f "$(go env GOROOT)/lib/wasm/wasm_exec.js" "$out/wasm_exec.js"
ls -l "$out/try.wasm" "$out/try.wasm.gz" | awk '{print $5, $NF}'
