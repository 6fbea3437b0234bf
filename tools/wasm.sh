#!/usr/bin/env bash
# Builds the lab as a module for a browser's tab: wasm.sh FOLDER writes try.wasm, try.wasm.gz and Go's wasm_exec.js into it.
#
# An overlay leaves out the weights that no model on the page looks through (22 MB that do not shrink). The library that maps files into
# memory, which a tab cannot, is replaced by one that reads them.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"
out=$(mkdir -p "${1:?usage: wasm.sh FOLDER}" && cd "$1" && pwd)
cd "$root"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

: > "$work/empty"
cat > "$work/overlay.json" <<END
{"Replace": {
  "$root/pkg/bridge/weights/dinov2-minilm.safetensors": "$work/empty",
  "$root/pkg/clip/bpe_simple_vocab_16e6.txt.gz": "$work/empty",
  "$root/pkg/clip/weights/small.safetensors": "$work/empty",
  "$root/pkg/vit/weights/adlab-vit-tiny.safetensors": "$work/empty"
}}
END
mkdir "$work/mmap"
cp tools/wasm/mmap.go.txt "$work/mmap/mmap.go"
echo "module github.com/edsrzf/mmap-go" > "$work/mmap/go.mod"
cp go.sum "$work/go.sum"
{ cat go.mod; echo "replace github.com/edsrzf/mmap-go => $work/mmap"; } > "$work/go.mod"

GOOS=js GOARCH=wasm GOEXPERIMENT= go build -trimpath -modfile "$work/go.mod" -overlay "$work/overlay.json" -ldflags "-s -w" \
	-o "$out/try.wasm" ./pkg/cmd/try
gzip -9 -n -c "$out/try.wasm" > "$work/try.wasm.gz"
mv "$work/try.wasm.gz" "$out/try.wasm.gz"
cp -f "$(go env GOROOT)/lib/wasm/wasm_exec.js" "$out/wasm_exec.js"
wc -c "$out/try.wasm" "$out/try.wasm.gz" | head -2
