#!/usr/bin/env bash
# Sets up, in .peers, what adlab's speed is measured beside: PyTorch on the CPU, onnxruntime, OpenVINO, scikit-learn,
# scikit-image, adeval, as tools/bench/requirements.txt pins them (3 GB: PyPI's PyTorch brings CUDA along; where pip is
# given an index with PyTorch for CPUs, much less). A second run finds it and needs no network.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"
cd "$root"
wanted=tools/bench/requirements.txt
cmp -s "$wanted" .peers/requirements.txt && exit 0
echo "peers: PyTorch, onnxruntime, OpenVINO, scikit-learn, scikit-image, adeval into .peers ..."
rm -rf .peers
python3 -m venv .peers
.peers/bin/python -m pip install --quiet -r "$wanted"
cp "$wanted" .peers/requirements.txt
