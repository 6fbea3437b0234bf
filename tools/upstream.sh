#!/usr/bin/env bash
# Runs docs/upstream's reproductions on the library as go.mod has it, then with the patch that would mend it, and then the
# library's own tests with the patch.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"
cd "$root"
go test -count=1 ./docs/upstream
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
cp -r "$(go list -m -f '{{.Dir}}' github.com/gomlx/gomlx)" "$work/gomlx"
chmod -R u+w "$work/gomlx"
patch --quiet -p1 -d "$work/gomlx" <docs/upstream/gomlx-checkpoint.patch
cp go.mod go.sum "$work/"
go mod edit -replace "github.com/gomlx/gomlx=$work/gomlx" "$work/go.mod"
UPSTREAM_MENDED=1 go test -count=1 -modfile "$work/go.mod" ./docs/upstream
cd "$work/gomlx"
GOMLX_BACKEND=go go test -count=1 ./ml/model/checkpoint
echo "upstream: reproduced, and mended by the patch"
