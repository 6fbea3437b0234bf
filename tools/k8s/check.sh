#!/usr/bin/env bash
# Checks tools/k8s/*.yaml against the schemas of Kubernetes' API, strictly (a field that the API does not know is a mistake),
# and that the number of parts is the same wherever it stands. No cluster is asked.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
checks=$(bash tools/checks.sh)
version=1.33
check() { "$checks/kubernetes-validate" --strict --kubernetes-version "$version" "$1"; }
fail() { echo "k8s/check: FAILED: $*" >&2; exit 1; }

for file in tools/k8s/*.yaml; do
  check "$file" || fail "$file"
done
bad=$(mktemp --suffix .yaml)
trap 'rm -f "$bad"' EXIT
for change in 's/backoffLimitPerIndex/backofLimitPerIndex/' 's/completions: 4/completions: four/' \
  's/accessModes: \[ReadWriteMany\]/accessModes: ReadWriteMany/'; do
  sed "$change" tools/k8s/job.yaml >"$bad"
  ! cmp -s "$bad" tools/k8s/job.yaml || fail "nothing in job.yaml for $change"
  ! check "$bad" >/dev/null 2>&1 || fail "$change is not found"
done
"$checks/python" - <<'PY' || fail "completions, parallelism and PARTS are to be one number"
import yaml
job = [d for d in yaml.safe_load_all(open("tools/k8s/job.yaml")) if d["kind"] == "Job"][0]["spec"]
env = {e["name"]: e["value"] for e in job["template"]["spec"]["containers"][0]["env"]}
assert job["completions"] == job["parallelism"] == int(env["PARTS"]), (job["completions"], env)
PY
echo "k8s/check: tools/k8s/*.yaml are of Kubernetes $version"
