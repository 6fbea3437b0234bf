#!/usr/bin/env bash
# gofmt, lines of at most 100 columns, Go files of at most 400 lines, go vet, staticcheck, and the
# syntax of the scripts.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"
cd "$root"
unformatted=$(gofmt -l datasets pkg)
if [ -n "$unformatted" ]; then echo "lint: run gofmt -w on: $unformatted" >&2; exit 1; fi

# lengths FILE... prints where a line or a file is too long: columns are characters, a tab counts 4,
# and a //go: line, which cannot be broken, may be longer.
lengths() {
	local LC_ALL=C.UTF-8 file line number
	for file; do
		number=0
		while IFS= read -r line || [ -n "$line" ]; do
			number=$((number + 1))
			if [ "${#line}" -gt 100 ] && [[ $line != //go:* ]]; then
				echo "$file:$number: ${#line} columns, expected at most 100"
			fi
		done < <(expand -t 4 "$file")
		if [ "$number" -gt 400 ]; then echo "$file:401: $number lines, expected at most 400"; fi
	done
}
mapfile -t sources < <(find datasets pkg -name '*.go' | sort)
long=$(lengths "${sources[@]}")
if [ -n "$long" ]; then printf 'lint: cut what is too long:\n%s\n' "$long" >&2; exit 1; fi

go vet ./...
staticcheck ./...
for script in tools/*.sh tools/*/*.sh tools/slurm/run.sbatch tools/gonb-kernel docker/*.sh .ci/run; do
	bash -n "$script"
done
echo "lint: clean"
