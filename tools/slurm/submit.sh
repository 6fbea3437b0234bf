#!/usr/bin/env bash
# Fills a store from a Slurm cluster: tools/slurm/submit.sh PARTS [--sbatch "FLAGS"] EXHIBIT... [flags of adlab run]
#
#   tools/slurm/submit.sh 16 --sbatch "--partition=gpu --gres=gpu:1 --time=8:00:00" all --profile paper --data DIR ...
#
# Submits an array of PARTS tasks, and after all of them one that makes tables and figures of what is stored (OUT, or
# out/cluster). The store is ADLAB_CACHE, data ADLAB_DATA: folders that every node sees. Prints both job numbers. The same
# command again computes what is missing alone.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
usage() { sed -n '2,8s/^# \{0,1\}//p' "$0" >&2; exit 2; }
[ $# -ge 2 ] && [[ $1 =~ ^[1-9][0-9]*$ ]] || usage
parts=$1
shift
flags=()
if [ "$1" = --sbatch ]; then
  read -ra flags <<<"$2"
  shift 2
fi
[ $# -ge 1 ] || usage
ADLAB=${ADLAB:-$here/../../bin/adlab}
[ -x "$ADLAB" ] || { echo "submit: no program at $ADLAB; run make build, or name one in ADLAB" >&2; exit 1; }
ADLAB=$(realpath "$ADLAB")
: "${ADLAB_CACHE:?submit: name the store in ADLAB_CACHE, a folder that every node sees}"
: "${ADLAB_DATA:?submit: name the data in ADLAB_DATA, a folder that every node sees}"
export ADLAB ADLAB_CACHE ADLAB_DATA ADLAB_PARTS=$parts
out=${OUT:-$PWD/out/cluster}
mkdir -p "$ADLAB_CACHE" "$ADLAB_DATA" "$out"
array=$(sbatch --parsable --export=ALL --array="1-$parts" "${flags[@]}" "$here/run.sbatch" "$@")
tables=$(sbatch --parsable --export=ALL --job-name=adlab-tables --output="adlab-%j.log" --dependency="afterok:$array" \
  "${flags[@]}" --wrap "$(printf '%q ' "$ADLAB" run "$@" --out "$out")")
echo "parts: $array, tables: $tables"
