#!/usr/bin/env bash
# Sets up everything that is missing, in the checkout: .venv (JupyterLab), .bin (gonb, goimports, staticcheck), .plugin
# (XLA). A second run finds all of it and needs no network. Touches nothing outside but Go's and pip's caches.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"
cd "$root"
mkdir -p out .bin
exec 9>out/setup.lock
flock 9 # two set-ups at once: the second waits, then finds everything done
log="$root/out/setup.log"
: >"$log"

plugin_version=0.0.1
plugin_sha256=55837b6b7b47daa717f2d9a5a03563ea0ceaa338d06a81a1e2d3f060d960decc

step() { # step NAME COMMAND...: one line with its seconds; on failure the end of the log
  local name=$1 start=$SECONDS
  shift
  printf 'set-up: %s ... ' "$name"
  if "$@" >>"$log" 2>&1; then echo "$((SECONDS - start)) s"; else echo "failed"; tail -n 5 "$log" >&2; return 1; fi
}

has_python() { command -v python3 >/dev/null && python3 -c 'import venv, ensurepip' 2>/dev/null; }
venv() {
  python3 -m venv .venv && .venv/bin/python -m pip install --quiet --require-hashes -r tools/requirements.lock &&
    cp tools/requirements.lock .venv/requirements.lock
}
gonb() { GOBIN="$root/.bin" go install github.com/janpfeifer/gonb; }
goimports() { GOBIN="$root/.bin" go install golang.org/x/tools/cmd/goimports@v0.52.0; }
staticcheck() { GOBIN="$root/.bin" go install honnef.co/go/tools/cmd/staticcheck@v0.7.0; }
plugin() { # in one chain: bash's -e does not hold within a condition, where step calls this
  rm -rf .plugin.tmp && mkdir .plugin.tmp &&
    .venv/bin/python -m pip download --quiet --no-deps -d .plugin.tmp "xla-cpu-pjrt==$plugin_version" &&
    echo "$plugin_sha256  $(ls .plugin.tmp/*.whl)" | sha256sum --check --quiet &&
    .venv/bin/python -m zipfile -e .plugin.tmp/*.whl .plugin.tmp &&
    mv .plugin.tmp/xla_plugins/xla_cpu_pjrt/xla_cpu_pjrt.so .plugin.tmp/ &&
    rm -rf .plugin.tmp/xla_plugins .plugin.tmp/*.dist-info .plugin.tmp/*.whl &&
    ln -s xla_cpu_pjrt.so .plugin.tmp/pjrt_c_api_cpu_plugin.so &&
    rm -rf .plugin && mv .plugin.tmp .plugin
}

command -v go >/dev/null || { echo "set-up: needs Go 1.26 or newer on the PATH" >&2; exit 1; }
if has_python; then
  cmp -s tools/requirements.lock .venv/requirements.lock || step "JupyterLab in .venv" venv || exit 1
else
  echo "set-up: no python3 with venv: notebooks are left out"
fi
go_only="the pure-Go backend runs everything (training about 4 times slower, the encoder about 30 times)"
if [ ! -e .plugin/pjrt_c_api_cpu_plugin.so ] && [ -z "${ADLAB_NO_XLA:-}" ]; then
  if [ ! -x .venv/bin/python ] || [ "$(uname -sm)" != "Linux x86_64" ]; then
    echo "set-up: no XLA plugin for this machine: $go_only"
  else
    step "XLA's CPU plugin (64 MB)" plugin || echo "set-up: no XLA plugin: $go_only"
  fi
fi
GOPROXY=off go mod download >/dev/null 2>&1 || step "Go modules" go mod download || exit 1 # notebooks look none up
[ -x .bin/goimports ] || step "goimports" goimports || exit 1
[ -x .bin/staticcheck ] || step "staticcheck" staticcheck || exit 1
[ -x .bin/gonb ] || step "gonb" gonb || exit 1
