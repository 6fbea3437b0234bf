#!/usr/bin/env bash
# Runs tools/slurm on a real Slurm: Debian's slurmctld and slurmd on loopback, one node that calls itself four processors
# (root; apt-get installs the packages). Four tasks fill one store in profile smoke, one of them is killed while it computes
# and comes back by requeue; each cell must have been measured once, and the tables made of what is stored. Then the
# same array again: nothing is measured. KEEP=1 leaves the logs in out/slurm.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
root=$PWD
exhibits=(inp-figure6 inp-ablation-softmax inp-ablation-residual inp-ablation-mining mads-seen-unseen)
say() { echo "slurm/test: $*"; }
fail() {
  say "FAILED: $*" >&2
  tail -n 5 "$work"/*.log "$work"/jobs/*.log >&2 2>/dev/null || true
  exit 1
}
[ "$(id -u)" = 0 ] || { say "needs root, for slurmctld and slurmd"; exit 1; }
[ -x bin/adlab ] || { say "needs bin/adlab: run make build"; exit 1; }
if ! command -v slurmctld slurmd munged sbatch >/dev/null; then
  say "installing slurmctld, slurmd, slurm-client, munge"
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d # no service is started by installing it
  chmod +x /usr/sbin/policy-rc.d
  apt-get install -y -qq --no-install-recommends slurmctld slurmd slurm-client munge >/dev/null ||
    { rm -f /usr/sbin/policy-rc.d; exit 1; }
  rm -f /usr/sbin/policy-rc.d
fi

work=$(mktemp -d /tmp/slurm-test.XXXXXX)
mkdir -p "$work"/{state,spool,jobs,munge,cache,data,out}
node=$(hostname -s)
pids=()
finish() {
  for p in "${pids[@]}"; do kill "$p" 2>/dev/null || true; done
  wait 2>/dev/null || true
  mkdir -p out/slurm && cp "$work"/*.log "$work"/jobs/*.log out/slurm/ 2>/dev/null || true
  [ -n "${KEEP:-}" ] || rm -rf "$work"
}
trap finish EXIT

dd if=/dev/urandom of="$work/munge/key" bs=1024 count=1 status=none
chmod 700 "$work/munge"
chmod 400 "$work/munge/key"
munged --foreground --force --key-file="$work/munge/key" --socket="$work/munge.socket" --pid-file="$work/munge/pid" \
  --log-file="$work/munged.log" --seed-file="$work/munge/seed" &
pids+=($!)

cat >"$work/slurm.conf" <<CONF
ClusterName=test
SlurmctldHost=$node(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
CredType=cred/munge
AuthInfo=socket=$work/munge.socket
SlurmctldPort=16817
SlurmdPort=16818
StateSaveLocation=$work/state
SlurmdSpoolDir=$work/spool
SlurmctldPidFile=$work/slurmctld.pid
SlurmdPidFile=$work/slurmd.pid
SlurmctldLogFile=$work/slurmctld.log
SlurmdLogFile=$work/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=sched_interval=1,sched_min_interval=0
SlurmdParameters=config_overrides
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SwitchType=switch/none
MpiDefault=none
PropagateResourceLimits=NONE
KillWait=2
NodeName=$node NodeAddr=127.0.0.1 CPUs=4 RealMemory=1000 State=UNKNOWN
PartitionName=all Nodes=$node Default=YES MaxTime=INFINITE State=UP
CONF
export SLURM_CONF=$work/slurm.conf
for _ in $(seq 50); do [ -S "$work/munge.socket" ] && break; sleep 0.1; done
slurmctld -D -f "$SLURM_CONF" >"$work/slurmctld.out" 2>&1 &
pids+=($!)
sleep 1
slurmd -D -f "$SLURM_CONF" -N "$node" >"$work/slurmd.out" 2>&1 &
pids+=($!)
for _ in $(seq 60); do sinfo -h -o %T 2>/dev/null | grep -q idle && break; sleep 0.5; done
sinfo -h -o %T | grep -q idle || fail "the node does not come up"
say "slurm $(sinfo --version | cut -d ' ' -f 2), $(sinfo -h -o '%n, %c processors, %T')"

export ADLAB_CACHE=$work/cache ADLAB_DATA=$work/data OUT=$work/out ADLAB_COMPILED=$root/.cache/compiled
submit() {
  (cd "$work/jobs" && bash "$root/tools/slurm/submit.sh" 4 --sbatch "--cpus-per-task=1" "${exhibits[@]}" \
    --profile smoke)
}
stored() { find "$work/cache/results" -name '*.json' 2>/dev/null | wc -l; }
over() { ! squeue -h 2>/dev/null | grep -q .; }

answer=$(submit)
say "$answer"
array=$(sed -E 's/parts: ([0-9]+),.*/\1/' <<<"$answer")

# one that computes is killed, once it has stored a cell or waits to
victim=
for _ in $(seq 1200); do
  victim=$(pgrep -f -- "bin/adlab run .*--part 2/4" | head -n 1 || true)
  if [ -n "$victim" ] && grep -q ": inp-former\|: multiads\|: april-gan" "$work/jobs/adlab-$array-2.log" 2>/dev/null; then
    kill -9 "$victim" && break
  fi
  over && break
  sleep 0.1
done
[ -n "$victim" ] || fail "part 2 was never seen to compute"
say "part 2 killed: process $victim"
for _ in $(seq 1200); do over && break; sleep 0.5; done
over || fail "the jobs do not end: $(squeue)"

cells=$(stored)
logs=("$work"/jobs/adlab-"$array"-*.log)
grep -q "part 2/4: killed by signal 9, comes back" "${logs[@]}" || fail "the killed part was not requeued"
grep -q "part 2/4 on $node, start 2" "${logs[@]}" || fail "the killed part did not come back"
fresh=$(cat "${logs[@]}" | sed -nE 's/^[0-9]+ of [0-9]+: (.*): [0-9.]+ s$/\1/p' | sort)
total=$(grep -c . <<<"$fresh")
twice=$(uniq -d <<<"$fresh")
[ -z "$twice" ] || fail "measured twice: $twice"
[ "$cells" -gt 4 ] || fail "expected more than four cells in the store, got $cells"
[ "$total" = "$cells" ] || fail "$cells cells are stored, $total were measured"
for k in 1 2 3 4; do
  grep -q "^part $k/4: " "$work/jobs/adlab-$array-$k.log" || fail "part $k did not end"
done
for e in "${exhibits[@]}"; do
  ls "$work/out/$e".md >/dev/null 2>&1 || fail "no table of $e was made of the store"
done
say "$cells cells, each measured once, in four parts, one of them in two starts; tables made of them"

answer=$(submit)
array=$(sed -E 's/parts: ([0-9]+),.*/\1/' <<<"$answer")
for _ in $(seq 600); do over && break; sleep 0.5; done
again=$(cat "$work"/jobs/adlab-"$array"-*.log | sed -nE 's/^part ([0-9]+)\/4: .* ([0-9]+) measured,.*/\2/p' | awk '{ n += $1 } END { print n + 0 }')
[ "$again" = 0 ] && [ "$(stored)" = "$cells" ] || fail "the same array again measured $again cells"
say "the same array again: nothing measured"
say "passed"
