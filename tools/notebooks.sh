#!/usr/bin/env bash
# Runs the notebooks headlessly: notebooks.sh [--write | --out DIR] [--jobs N] NOTEBOOK...
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"
cd "$root"
if [ ! -x .venv/bin/python ]; then echo "notebooks: left out, there is no python3 with venv"; exit 0; fi
export JUPYTER_PATH="$root/jupyter" JUPYTER_CONFIG_DIR="$root/.cache/jupyter/config" JUPYTER_DATA_DIR="$root/.cache/jupyter/data" JUPYTER_RUNTIME_DIR="$root/.cache/jupyter/runtime" IPYTHONDIR="$root/.cache/ipython"
mkdir -p .cache/ipython
exec .venv/bin/python tools/nbtest.py "$@"
