# Sourced by make's recipes and by the notebook kernel. The caller's GOMLX_BACKEND passes through untouched.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
if [ -z "${HOME:-}" ]; then export GOPATH="$root/.cache/go" GOCACHE="$root/.cache/go-build"; fi
export GOEXPERIMENT=simd GOTOOLCHAIN=local GOMLX_NO_AUTO_INSTALL=1 TF_CPP_MIN_LOG_LEVEL=3
export GOFLAGS="${GOFLAGS:--buildvcs=false}"
export PATH="$root/.bin:$PATH"
if [ -e "$root/.plugin/pjrt_c_api_cpu_plugin.so" ] && [ -z "${PJRT_PLUGIN_LIBRARY_PATH:-}" ]; then
  export PJRT_PLUGIN_LIBRARY_PATH="$root/.plugin"
fi
if [ -x "$root/.venv/bin/python" ]; then export ADLAB_PYTHON="$root/.venv/bin/python"; fi
if [ -x "$root/.peers/bin/python" ]; then export ADLAB_PEERS="$root/tools/bench/peer"; fi
