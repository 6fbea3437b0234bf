#!/usr/bin/env bash
# go test -race for the rooms that have no XLA in their process: its threads are not Go's, and the detector knows nothing of them.
# race.sh [ROOM...]: some of them.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"
cd "$root"
if [ $# -gt 0 ]; then rooms=("$@"); else
  # the tests of a room, what they import included
  mapfile -t rooms < <(go list -test -f '{{if .ForTest}}{{.ForTest}} {{join .Deps " "}}{{end}}' ./... |
    awk '{ xla = 0; for (i = 2; i <= NF; i++) if ($i ~ /^adlab\/pkg\/backend\/compiled/) xla = 1
           if (xla) has[$1] = 1; all[$1] = 1 } END { for (r in all) if (!has[r]) print r }' | sort)
fi
[ ${#rooms[@]} -gt 0 ] || { echo "race: go list finds no room" >&2; exit 1; }
echo "race: ${#rooms[@]} rooms: ${rooms[*]#adlab/}"
go test -race -short -timeout 30m "${rooms[@]}"
