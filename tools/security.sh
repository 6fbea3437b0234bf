#!/usr/bin/env bash
# What docs/security.md states, checked: security.sh. Modules by their checksums, wheels by their hashes, known vulnerabilities of what is
# compiled in (VULNDB names another database of them, see tools/vulndb.py), and what a stranger can do with the notebook's server. A part that
# this machine has no means for is left out with the reason.
set -uo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"
cd "$root"
failed=0
holds() { echo "holds   $*"; }
fails() { echo "FAILS   $*"; failed=1; }
left_out() { echo "left out $*"; }

if go mod verify >/dev/null 2>&1; then holds "every module has the checksum that go.sum names"; else fails "go mod verify"; fi

wheels=$(awk '/^[^ #].*==/ { n++; if (!/\\$/) bad = 1 } END { print bad ? 0 : n + 0 }' tools/requirements.lock)
if [ "$wheels" -gt 0 ]; then
  holds "$wheels wheels of the notebook's, each with its hashes; set-up takes no other"
else fails "tools/requirements.lock: a wheel without a hash"; fi

version=v1.1.4
if [ ! -x .bin/govulncheck ]; then GOBIN="$root/.bin" go install "golang.org/x/vuln/cmd/govulncheck@$version" >/dev/null 2>&1; fi
if [ ! -x .bin/govulncheck ]; then left_out "govulncheck $version cannot be had here"; else
  log=$(mktemp)
  if timeout 300 .bin/govulncheck ${VULNDB:+-db "$VULNDB"} ./... >"$log" 2>&1; then holds "govulncheck: $(tail -n 1 "$log")"
  elif grep -q 'vuln.go.dev\|fetching vulnerabilities' "$log"; then left_out "govulncheck: its database cannot be reached here"
  else fails "govulncheck:"; cat "$log"; fi
  rm -f "$log"
fi

if [ -x .venv/bin/python ]; then .venv/bin/python tools/labsafe.py || failed=1; else left_out "JupyterLab is not set up"; fi
exit $failed
