#!/usr/bin/env bash
# Opens JupyterLab with the Go kernel on the notebooks' start page; its settings stay in the checkout.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"
cd "$root"
[ -x .venv/bin/jupyter ] || { echo "lab: needs python3 with venv; then run make setup" >&2; exit 1; }
export JUPYTER_PATH="$root/jupyter" JUPYTER_CONFIG_PATH="$root/jupyter/config" JUPYTER_CONFIG_DIR="$root/.cache/jupyter/config" JUPYTER_DATA_DIR="$root/.cache/jupyter/data" JUPYTER_RUNTIME_DIR="$root/.cache/jupyter/runtime"
args=()
if [ "$(id -u)" = 0 ]; then args+=(--allow-root); fi
exec .venv/bin/jupyter lab --notebook-dir=notebooks --LabApp.default_url=/lab/tree/README.md "${args[@]}" "$@"
