#!/usr/bin/env bash
# Tests the live notebook and the gallery's page in a real browser: browser.sh [--where-possible] [TEST...], or the lab in a tab:
# browser.sh [--where-possible] try [--into FILE]. Needs Chromium; with --where-possible it is left out where there is none.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"
cd "$root"
missing=1
if [ "${1:-}" = --where-possible ]; then missing=0; shift; fi
lacks() { echo "test-browser: $*" >&2; exit "$missing"; }

[ -x .venv/bin/python ] || lacks "left out, there is no python3 with venv; install it, then run make setup"
source tools/chromium.sh
[ -n "$ADLAB_CHROMIUM" ] || lacks "left out, there is no Chromium; apt-get install chromium fonts-nanum, or name one in ADLAB_CHROMIUM"
[ -x "$ADLAB_CHROMIUM" ] || { echo "test-browser: ADLAB_CHROMIUM: expected a program, got $ADLAB_CHROMIUM" >&2; exit 1; }

# axe-core, for the page's accessibility, at the version and digest that tools/page names; the test is left out without npm.
axe=.venv/page/node_modules/axe-core/axe.min.js
if ! cmp -s tools/page/package-lock.json .venv/page/package-lock.json && command -v npm >/dev/null; then
  mkdir -p .venv/page
  cp tools/page/package.json tools/page/package-lock.json .venv/page
  if ! (cd .venv/page && npm ci --silent --ignore-scripts --no-audit --no-fund); then
    rm -f .venv/page/package-lock.json # or it would count as fetched
    echo "test-browser: npm could not fetch axe-core" >&2
  fi
fi
if [ -e "$axe" ]; then export ADLAB_AXE="$PWD/$axe"; fi
if [ "${1:-}" = try ]; then exec .venv/bin/python tools/browsertry.py "${@:2}"; fi
exec .venv/bin/python tools/browser.py "$@"
