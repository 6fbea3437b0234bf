#!/usr/bin/env bash
# Plants one mistake at a time, those of mutants.tsv, and runs the tests of its room: each mutant must fail them.
# run.sh [NAME...]: some of them. The sources stay as they are: the compiler is shown the mutant in their place.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../env.sh"
cd "$root"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
caught=0 lived=0
while IFS=$'\t' read -r name file tests was is; do
  [[ -z $name || $name = \#* ]] && continue
  [[ $# -gt 0 && " $* " != *" $name "* ]] && continue
  source=$(<"$file")
  parts=${source//"$was"/}
  if [ $(((${#source} - ${#parts}) / ${#was})) != 1 ]; then
    echo "mutants: $name: expected its text once in $file: $was" >&2
    exit 1
  fi
  printf '%s\n' "${source/"$was"/"$is"}" >"$work/mutant.go"
  printf '{"Replace": {"%s": "%s"}}\n' "$root/$file" "$work/mutant.go" >"$work/overlay.json"
  read -ra arguments <<<"$tests"
  if go test -count=1 -overlay "$work/overlay.json" "${arguments[@]}" >"$work/log" 2>&1; then
    echo "LIVES   $name ($file)"
    lived=$((lived + 1))
  elif grep -aq '^--- FAIL\|^    --- FAIL\|^panic: ' "$work/log"; then
    echo "caught  $name by $(grep -am1 -o '^ *--- FAIL: [^ ]*\|^panic: .*' "$work/log" | sed 's/.*FAIL: //')"
    caught=$((caught + 1))
  else
    echo "mutants: $name does not build or run:" >&2
    tail -n 5 "$work/log" >&2
    exit 1
  fi
done <tools/mutants/mutants.tsv
echo "$caught caught, $lived alive"
[ "$caught" -gt 0 ] && [ "$lived" = 0 ]
