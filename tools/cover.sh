#!/usr/bin/env bash
# How much of the rooms' logic their tests run: cover.sh [ROOM...] tests some rooms, or all, and says the share of statements of each, and of
# all that have been looked at. A room's share counts what the tests of other rooms run in it, too. Profiles lie in out/cover.
# Left out are the command line, which its tests run as a program, and what only tests import.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"
cd "$root"
mkdir -p out/cover
logic=$(go list ./datasets/... ./pkg/... | grep -v -e '/cmd/' -e '/testworld$' -e '/livetest$' -e '/quick$' -e '^adlab/pkg$')
if [ $# -gt 0 ]; then rooms=("$@"); else mapfile -t rooms <<<"$logic"; fi
for room in "${rooms[@]}"; do
  room=adlab/${room#adlab/}
  profile=out/cover/$(tr / + <<<"${room#adlab/}").out
  go test -timeout 45m -coverpkg "$(paste -sd, <<<"$logic")" -coverprofile "$profile.part" "$room" >/dev/null
  mv "$profile.part" "$profile"
done
# a statement counts as run where any of the profiles has run it
cat out/cover/*.out | awk '
  $1 == "mode:" { next }
  { n[$1] = $2; if ($3 > 0) run[$1] = 1 }
  END { for (b in n) { f = b; sub(/:.*/, "", f); sub(/\/[^\/]*$/, "", f); all[f] += n[b]; total += n[b]
                       if (b in run) { hit[f] += n[b]; got += n[b] } }
        for (f in all) printf "%5.1f %% of %5d statements  %s\n", 100 * hit[f] / all[f], all[f], f | "sort -k6"
        close("sort -k6"); printf "%5.1f %% of %5d statements in all\n", 100 * got / total, total }'
