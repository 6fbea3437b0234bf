#!/usr/bin/env bash
# Runs the fuzz targets one after another, FUZZTIME (10m) each: fuzz.sh [NAME...] for some of them, NAME or ROOM/NAME. A crash leaves its input in
# the room's testdata/fuzz, and go test replays it from then on. The line of each says how long it took and how many inputs were tried.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"
cd "$root"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cache=$(go env GOCACHE)/fuzz/adlab
failed=() built=
while IFS=: read -r file target; do
  room=$(dirname "$file")
  [[ $# -gt 0 && " $* " != *" $target "* && " $* " != *" $room/$target "* ]] && continue
  [ "$built" = "$room" ] || { go test -c -fuzz . -o "$work/room.test" "./$room" && built=$room; }
  start=$SECONDS verdict=ok
  mkdir -p "$cache/$room"
  (cd "$room" && "$work/room.test" -test.run '^$' -test.fuzz "^$target\$" -test.fuzztime "${FUZZTIME:-10m}" \
    -test.fuzzminimizetime 1s -test.fuzzcachedir "$cache/$room") >"$work/log" 2>&1 || {
    verdict=FAILED
    failed+=("$room/$target")
    grep -v '^fuzz: elapsed' "$work/log" | head -n 40 >&2
  }
  printf '%-7s %-40s %5d s  %s\n' "$verdict" "$room/$target" $((SECONDS - start)) \
    "$(grep '^fuzz: elapsed' "$work/log" | tail -n 1 | grep -o 'execs: [0-9]*' || echo 'execs: 0')"
done < <(grep -rno --include='*_test.go' '^func Fuzz[A-Za-z0-9]*' datasets pkg | sed -E 's/:[0-9]+:func /:/' | sort)
[ ${#failed[@]} = 0 ] || { echo "fuzz: failed: ${failed[*]}" >&2; exit 1; }
