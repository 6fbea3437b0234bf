#!/usr/bin/env bash
# Runs the fuzz targets one after another, FUZZTIME (10m) each: fuzz.sh [NAME...] for some of them. A crash leaves its input in the room's
# testdata/fuzz, and go test replays it from then on. The last line of each says how many inputs were tried.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"
cd "$root"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
failed=()
while IFS=: read -r file target; do
  room=$(dirname "$file")
  [[ $# -gt 0 && " $* " != *" $target "* && " $* " != *" $room/$target "* ]] && continue
  start=$SECONDS
  if go test -run '^$' -fuzz "^$target\$" -fuzztime "${FUZZTIME:-10m}" "./$room" >"$log" 2>&1; then verdict=ok; else
    verdict=FAILED
    failed+=("$room/$target")
    grep -v '^fuzz: elapsed' "$log" | head -n 40 >&2
  fi
  printf '%-7s %-40s %5d s  %s\n' "$verdict" "$room/$target" $((SECONDS - start)) \
    "$(grep '^fuzz: elapsed' "$log" | tail -n 1 | grep -o 'execs: [0-9]*' || echo 'execs: 0')"
done < <(grep -rno --include='*_test.go' '^func Fuzz[A-Za-z0-9]*' datasets pkg | sed -E 's/:[0-9]+:func /:/' | sort)
[ ${#failed[@]} = 0 ] || { echo "fuzz: failed: ${failed[*]}" >&2; exit 1; }
