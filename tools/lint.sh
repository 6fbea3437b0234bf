#!/usr/bin/env bash
# gofmt, go vet, staticcheck, and the syntax of the scripts.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"
cd "$root"
unformatted=$(gofmt -l datasets pkg)
if [ -n "$unformatted" ]; then echo "lint: run gofmt -w on: $unformatted" >&2; exit 1; fi
go vet ./...
staticcheck ./...
bash -n tools/*.sh tools/gonb-kernel .ci/run
echo "lint: clean"
