#!/usr/bin/env bash
# What bin/adlab does when it is killed, starved or locked out: faults.sh [CASE...], all cases without names.
# Killed at ROUNDS (3) points, drawn with SEED (1): train, fit, pretrain, run, predict, cache. What is there afterwards is whole, and the same
# command goes on to the bytes of a run that was left alone. A third of the kills come while an interrupt writes its checkpoint.
# Starved or locked out: twice (two at once), full (disk), limit (of a file's size), home, network, core, memory. It works, or says why it cannot.
# A line a case; a case that this machine has no means for is left out with the reason. All files lie in a folder of their own.
set -uo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"
cd "$root"
adlab=${ADLAB:-$root/bin/adlab}
rounds=${ROUNDS:-3} seed=${SEED:-1}
[ -x "$adlab" ] || { echo "faults: expected the program $adlab; run make build" >&2; exit 1; }
tmp=$(mktemp -d)
mounted=()
finish() { for at in "${mounted[@]:-}"; do [ -n "$at" ] && umount "$at"; done; rm -rf "$tmp"; }
trap finish EXIT
export ADLAB_DATA=$tmp/data ADLAB_CACHE=$tmp/cache
export ADLAB_COMPILED=${ADLAB_COMPILED:-$tmp/compiled} # else every round would compile anew
failed=0

said() { grep -ah '^adlab:' "$tmp/stderr" | tail -n 1 | cut -c1-300; }
holds() { printf 'holds   %-9s %s\n' "$case" "$*"; }
fails() { printf 'FAILS   %-9s %s\n' "$case" "$*"; sed 's/^/        /' "$tmp/stderr" 2>/dev/null | tail -n 3; failed=1; return 1; }
left_out() { printf 'left out %-8s %s\n' "$case" "$*"; }
now() { date +%s%3N; }
pause() { sleep "$(printf '%d.%03d' $(($1 / 1000)) $(($1 % 1000)))"; } # milliseconds
drawn() { echo $(($1 * (RANDOM * 32768 + RANDOM) / 1073741824)); }     # a number below $1

# same ALONE RESULT: a file of the same bytes, or a folder in which every file that is there is whole. What a killed writer leaves has a name of
# its own, and lists grow a line a picture: a killed run's are the beginning of the whole ones.
same() {
  [ -d "$1" ] || { cmp -s "$1" "$2"; return; }
  local file
  while IFS= read -r -d '' file; do
    case $file in
      */.*.tmp | */report.html) ;; # of a page that tells seconds no bytes are promised
      */results.csv | */results.jsonl) head -c "$(stat -c %s "$2/$file")" "$1/$file" | cmp -s - "$2/$file" || return 1 ;;
      *) cmp -s "$1/$file" "$2/$file" || return 1 ;;
    esac
  done < <(cd "$2" && find . -type f -print0)
}
# complete ALONE RESULT: same, and nothing is missing.
complete() {
  same "$1" "$2" || return
  [ ! -d "$1" ] || diff <(cd "$1" && find . -type f | sort) <(cd "$2" && find . -type f ! -name '.*.tmp' | sort) >/dev/null
}

# killed RESULT COMMAND...: kills the command, which makes a file or a folder, again and again.
killed() {
  local result=$1 alone=$tmp/alone-$case kills=0 resumed=0 finished=0 start takes at pid status
  shift
  RANDOM=$seed
  rm -rf "$ADLAB_CACHE" "$result" "$alone"
  "$@" >"$tmp/stdout" 2>"$tmp/stderr" || { fails "left alone: $(said)"; return; } # what every run needs once: data, programs
  rm -rf "$ADLAB_CACHE" "$result"
  start=$(now)
  "$@" >"$tmp/stdout" 2>"$tmp/stderr" || { fails "left alone: $(said)"; return; }
  takes=$(($(now) - start))
  [ "$result" = "$tmp/stdout" ] && grep -v seconds "$tmp/stdout" >"$alone" || mv "$result" "$alone"
  rm -rf "$ADLAB_CACHE" "$result"
  while :; do
    [ "$result" != "$tmp/stdout" ] || : >"$tmp/stdout"
    "$@" >"$tmp/stdout" 2>"$tmp/stderr" &
    pid=$!
    if [ $kills -lt "$rounds" ]; then
      at=$(($(now) + $(drawn "$takes")))
      while [ "$(now)" -lt $at ] && kill -0 $pid 2>/dev/null; do sleep 0.01; done
      if [ $((RANDOM % 3)) = 0 ]; then
        kill -INT $pid 2>/dev/null
        pause "$(drawn 200)"
      fi
      kill -KILL $pid 2>/dev/null
    fi
    wait $pid 2>/dev/null
    status=$?
    if grep -q 'goes on\|going on' "$tmp/stderr"; then resumed=$((resumed + 1)); fi
    case $status in
      137 | 130)
        kills=$((kills + 1))
        [ "$result" = "$tmp/stdout" ] || [ ! -e "$result" ] || same "$alone" "$result" ||
          { fails "after kill $kills, seed $seed: what is left is not whole"; return; }
        ;;
      0)
        finished=$((finished + 1))
        if [ "$result" = "$tmp/stdout" ]; then grep -v seconds "$tmp/stdout" >"$tmp/result"; else ln -sfn "$result" "$tmp/result"; fi
        complete "$alone" "$(realpath "$tmp/result")" || { fails "after $kills kills, seed $seed: other bytes"; return; }
        rm -rf "$tmp/result"
        [ $kills -lt "$rounds" ] || break
        rm -rf "$ADLAB_CACHE" "$result"
        ;;
      *) fails "after kill $kills, seed $seed: exit status $status: $(said)" && return ;;
    esac
  done
  holds "killed $kills times in $((takes / 1000)).$((takes % 1000 / 100)) s of work (seed $seed), finished $finished times, the same bytes each time"
}

generated() { # a small set in MVTec-AD's layout
  [ -d "$tmp/set" ] || "$adlab" data synth --size smoke --sets mvtec --out "$tmp/set" >/dev/null 2>&1
  set_=$tmp/set/mvtec good=$(find "$tmp/set/mvtec" -path '*/train/good' | sort | head -n 1)
}
training() { # where it is to go
  echo "$adlab" train --data "$set_" --layout mvtec --profile smoke --steps 60 --out "$1"
}
model() { # a fitted model that predicting needs
  [ -e "$tmp/part.model" ] || "$adlab" fit "$good" --detector knn --profile smoke --out "$tmp/part.model" >"$tmp/stdout" 2>"$tmp/stderr"
}

case_train() { killed "$tmp/train.safetensors" $(training "$tmp/train.safetensors"); }
case_fit() { killed "$tmp/fit.model" "$adlab" fit "$good" --detector inp-former --profile smoke --steps 40 --out "$tmp/fit.model"; }
case_pretrain() {
  killed "$tmp/vision.safetensors" "$adlab" pretrain vision --steps "${PRETRAIN_STEPS:-12}" --out "$tmp/vision.safetensors" \
    --without elpv,textile,scikit-image,gnome-backgrounds,plasma-workspace-wallpapers,ufoai-textures,supertuxkart-data
}
case_run() { killed "$tmp/run" "$adlab" run "${EXHIBIT:-inp-figure6}" --profile smoke --out "$tmp/run"; }
case_predict() { model && killed "$tmp/predicted" "$adlab" predict "$tmp/part.model" "$(dirname "$(dirname "$good")")/test" --threshold 1e9 --out "$tmp/predicted"; }
case_cache() { killed "$tmp/stdout" "$adlab" eval --data "$set_" --layout mvtec --profile smoke --detector knn --json; }

# alone makes what a training that is left alone gives.
alone() {
  [ -e "$tmp/alone.safetensors" ] && return
  rm -rf "$ADLAB_CACHE"
  $(training "$tmp/alone.safetensors") >"$tmp/stdout" 2>"$tmp/stderr" || fails "left alone: $(said)"
}

case_twice() {
  alone || return
  rm -rf "$ADLAB_CACHE"
  $(training "$tmp/one.safetensors") >/dev/null 2>"$tmp/stderr.one" &
  local pid=$!
  $(training "$tmp/two.safetensors") >/dev/null 2>"$tmp/stderr" || { fails "the second of two: $(said)"; return; }
  wait $pid || { cp "$tmp/stderr.one" "$tmp/stderr"; fails "the first of two: $(said)"; return; }
  for each in one two; do cmp -s "$tmp/alone.safetensors" "$tmp/$each.safetensors" || { fails "$each of two at once: other bytes"; return; }; done
  [ "$(cat "$tmp/stderr.one" "$tmp/stderr" | grep -c ' 60 of 60 steps')" = 1 ] || { fails "the head was not trained once"; return; }
  holds "two at once on one cache: the head is trained once, the same bytes"
}

case_full() {
  alone || return
  mkdir -p "$tmp/small"
  mount -t tmpfs -o size=1m tmpfs "$tmp/small" 2>/dev/null || { left_out "no tmpfs can be mounted here"; return; }
  mounted+=("$tmp/small")
  echo old >"$tmp/small/m.safetensors"
  $(training "$tmp/small/m.safetensors") >/dev/null 2>"$tmp/stderr" && { fails "a model of more than 1 MiB went into 1 MiB"; return; }
  [ "$(cat "$tmp/small/m.safetensors")" = old ] || { fails "the old file is gone"; return; }
  [ "$(find "$tmp/small" -type f | wc -l)" = 1 ] || { fails "temporary files are left"; return; }
  said | grep -q "writing $tmp/small/m.safetensors: .*no space left on device; it needs [0-9]* bytes in $tmp/small" ||
    { fails "the line does not name the path and what it needs"; return; }
  # and a cache that is full
  ADLAB_CACHE=$tmp/small/cache $(training "$tmp/m.safetensors") >/dev/null 2>"$tmp/stderr" && { fails "a cache went into 1 MiB"; return; }
  said | grep -q "$tmp/small/cache/.*no space left on device; it needs [0-9]* bytes" || { fails "of a full cache: $(said)"; return; }
  [ ! -e "$tmp/m.safetensors" ] || { fails "a model was written"; return; }
  holds "$(said | sed "s|$tmp|DIR|g" | cut -c1-150)..."
}

case_limit() {
  alone || return
  cp "$tmp/alone.safetensors" "$tmp/limited.safetensors"
  (ulimit -f 64; exec $(training "$tmp/limited.safetensors")) >/dev/null 2>"$tmp/stderr" && { fails "a file larger than the limit was written"; return; }
  cmp -s "$tmp/alone.safetensors" "$tmp/limited.safetensors" || { fails "the old file is gone"; return; }
  said | grep -q 'file too large; it needs [0-9]* bytes' || { fails "the line does not say what it needs: $(said)"; return; }
  holds "$(said | sed "s|$tmp|DIR|g" | cut -c1-150)..."
}

# like_alone WORDS ENVIRONMENT...: a training in another environment gives the same bytes.
like_alone() {
  local words=$1
  shift
  alone || return
  rm -rf "$ADLAB_CACHE" "$tmp/other.safetensors"
  env "$@" $(training "$tmp/other.safetensors") >/dev/null 2>"$tmp/stderr" || { fails "$words: $(said)"; return; }
  cmp -s "$tmp/alone.safetensors" "$tmp/other.safetensors" || { fails "$words: other bytes"; return; }
  holds "$words: the same bytes"
}
case_home() {
  mkdir -p "$tmp/closed" && chmod 555 "$tmp/closed"
  like_alone "HOME and TMPDIR are folders that cannot be written" -u XDG_CACHE_HOME HOME=/proc/none TMPDIR=/proc/none
  like_alone "no HOME and no TMPDIR at all" -u HOME -u TMPDIR -u XDG_CACHE_HOME
  mkdir -p "$tmp/place" && : >"$tmp/place/taken"
  ADLAB_CACHE=$tmp/place/taken $(training "$tmp/other.safetensors") >/dev/null 2>"$tmp/stderr" && { fails "a file is in the cache's place"; return; }
  said | grep -q 'cannot be written: .*name another folder in ADLAB_CACHE' || { fails "of a cache that cannot be: $(said)"; return; }
  holds "a cache that cannot be written: $(said | sed "s|$tmp|DIR|g")"
}
case_network() {
  unshare -n true 2>/dev/null || { left_out "no network namespace can be made here"; return; }
  like_alone "no network" unshare -n
  ADLAB_DATA=$tmp/nothing unshare -n "$adlab" data fetch elpv >/dev/null 2>"$tmp/stderr" && { fails "fetched without a network"; return; }
  [ "$(grep -c . "$tmp/stderr")" -le 3 ] && said | grep -q 'network\|registry\|reach' || { fails "of a fetch without network: $(said)"; return; }
  holds "fetching without a network: $(said | sed "s|$tmp|DIR|g" | cut -c1-140)"
}
case_core() { command -v taskset >/dev/null || { left_out "no taskset here"; return; }; like_alone "one core" taskset -c 0; }
case_memory() {
  alone || return
  local at limit peak group
  # cgroups of version 2, then of version 1; a plain folder in their place has no processes
  while read -r at limit peak; do
    group=$at/adlab-faults-$$
    [ -e "$at/cgroup.procs" ] && mkdir "$group" 2>/dev/null || continue
    if echo 2147483648 2>/dev/null >"$group/$limit" && [ "$(cat "$group/$limit")" = 2147483648 ]; then
      like_alone "2 GiB of memory (cgroup)" bash -c 'echo $$ >"$0/cgroup.procs" && exec "$@"' "$group"
      [ ! -r "$group/$peak" ] || echo "        $(($(cat "$group/$peak") >> 20)) MiB were in use at most, what the kernel keeps of files included"
      rmdir "$group"
      return
    fi
    rmdir "$group"
  done <<<"/sys/fs/cgroup memory.max memory.peak
/sys/fs/cgroup/memory memory.limit_in_bytes memory.max_usage_in_bytes"
  # what a process maps for itself; a limit of addresses (-v) would count XLA's reservations, which are never touched
  like_alone "2 GiB of data (no cgroup can be made here: RLIMIT_DATA)" bash -c 'ulimit -d 2097152 && exec "$@"' limited
}

if [ $# -gt 0 ]; then cases=("$@"); else cases=(train fit pretrain run predict cache twice full limit home network core memory); fi
generated
for case in "${cases[@]}"; do
  declare -F "case_$case" >/dev/null || { echo "faults: no case $case" >&2; exit 1; }
  "case_$case"
done
exit $failed
