#!/usr/bin/env bash
# Tests the live notebook in a real browser: browser.sh [--where-possible] [TEST...], or the lab in a tab: browser.sh [--where-possible]
# try. Needs Chromium; with --where-possible it is left out where there is none.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"
cd "$root"
missing=1
if [ "${1:-}" = --where-possible ]; then missing=0; shift; fi
lacks() { echo "test-browser: $*" >&2; exit "$missing"; }

[ -x .venv/bin/python ] || lacks "left out, there is no python3 with venv; install it, then run make setup"
chromium=${ADLAB_CHROMIUM:-}
for name in chromium chromium-browser google-chrome; do
  [ -n "$chromium" ] || chromium=$(command -v "$name" || true)
done
[ -n "$chromium" ] || lacks "left out, there is no Chromium; apt-get install chromium fonts-nanum, or name one in ADLAB_CHROMIUM"
[ -x "$chromium" ] || { echo "test-browser: ADLAB_CHROMIUM: expected a program, got $chromium" >&2; exit 1; }
export ADLAB_CHROMIUM="$chromium"
if [ "${1:-}" = try ]; then exec .venv/bin/python tools/browsertry.py; fi
exec .venv/bin/python tools/browser.py "$@"
