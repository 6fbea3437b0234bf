#!/usr/bin/env bash
# Sets up, in out/checks, what looks at the files of containers and clusters (hadolint, check-jsonschema,
# kubernetes-validate), by version and checksum, and prints the folder of its programs.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
wanted=tools/requirements-checks.txt
dir=$PWD/out/checks
if ! cmp -s "$wanted" "$dir/requirements.txt"; then
  rm -rf "$dir"
  mkdir -p out
  python3 -m venv "$dir" >&2
  "$dir/bin/python" -m pip install --quiet --require-hashes --only-binary :all: -r "$wanted" >&2
  cp "$wanted" "$dir/requirements.txt"
fi
echo "$dir/bin"
