#!/usr/bin/env bash
# Brings XLA's CUDA plugin and NVIDIA's libraries into .cuda, the packages that go-xla's own installer takes, in the
# versions and with the checksums of tools/requirements-cuda.txt. A second run finds them and needs no network; FORCE=1
# fetches anew. A GPU need not be here. docs/gpu.md has the rest.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"
cd "$root"
wanted=tools/requirements-cuda.txt
gigabytes=9 # that the wheels and what is in them take together, while they are unpacked

fail() { echo "set-up: CUDA: $1" >&2; exit 1; }
mkdir -p out
exec 9>out/setup.lock
flock 9
if [ "${FORCE:-}" != 1 ] && cmp -s "$wanted" .cuda/requirements.txt; then exit 0; fi
[ "$(uname -sm)" = "Linux x86_64" ] || fail "needs Linux on x86-64, this is $(uname -sm)"
[ -x .venv/bin/python ] || fail "needs python3 with venv; then run make setup"
free=$(df --output=avail -BG . | tail -n 1 | tr -dc 0-9)
[ "$free" -ge "$gigabytes" ] || fail "needs $gigabytes GB on the disk of $root, has $free"

echo "set-up: XLA's CUDA plugin and NVIDIA's libraries into .cuda ..."
rm -rf .cuda.tmp
trap 'rm -rf .cuda.tmp' EXIT
mkdir -p .cuda.tmp/tmp
TMPDIR="$root/.cuda.tmp/tmp" .venv/bin/python -m pip install --quiet --no-cache-dir --no-deps --only-binary :all: --ignore-requires-python \
  --require-hashes --target .cuda.tmp/new -r "$wanted"
[ -e .cuda.tmp/new/jax_plugins/xla_cuda13/xla_cuda_plugin.so ] || fail "the packages hold no plugin where adlab looks"
cp "$wanted" .cuda.tmp/new/requirements.txt
rm -rf .cuda
mv .cuda.tmp/new .cuda
echo "set-up: CUDA: $(du -sh .cuda | cut -f 1) in .cuda"
