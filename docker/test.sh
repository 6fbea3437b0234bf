#!/usr/bin/env bash
# Builds the images and looks at what is in them: docker/test.sh [--stage NAME]... [--no-pull] [--keep]
#
#   lint            hadolint on the Dockerfile; the compose file against its schema
#   base setup build cpu cuda-libraries cuda        the Dockerfile's stages, each with what it stands on
#   program         the command line in adlab:cpu: not root, XLA's plugin, parity of MultiADS
#   lab             JupyterLab in adlab:cpu: healthy, closed without the token, open with it, a notebook run
#   gpu             the command line in adlab:cuda: parity on the GPU, or one line that says there is none
#
# Without --stage all but cuda-libraries, cuda and gpu, which fetch 3 GB. With a Docker daemon it is Docker that builds. Where
# none answers, buildah does, which needs no daemon (root; apt-get installs it), each RUN in a chroot; and where the base
# cannot be pulled, or is not to be (--no-pull), debootstrap makes one like it: Debian 12 with the same packages, and this machine's Go and
# certificates. What was not done is said at the end.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
root=$PWD
stages=()
keep=
pull=1
while [ $# -gt 0 ]; do
  case $1 in
    --stage) stages+=("$2"); shift 2 ;;
    --no-pull) pull=; shift ;;
    --keep) keep=1; shift ;;
    *) sed -n '2,14s/^# \{0,1\}//p' "$0"; exit 2 ;;
  esac
done
[ ${#stages[@]} -gt 0 ] || stages=(lint base setup build cpu program lab)

work=$root/.cache/docker # Go does not look for packages there
mkdir -p "$work"
notes=()
say() { echo "docker/test: $*"; }
note() { notes+=("$*"); say "$*"; }
fail() { say "FAILED: $*" >&2; exit 1; }

lint() {
  local checks
  checks=$(bash tools/checks.sh)
  "$checks/hadolint" --version
  "$checks/hadolint" docker/Dockerfile || fail "hadolint"
  printf 'FROM debian\nRUN cd /tmp && apt-get install vim\n' >"$work/bad"
  ! "$checks/hadolint" "$work/bad" >/dev/null || fail "hadolint finds nothing in a bad Dockerfile"
  schema() { "$checks/check-jsonschema" --builtin-schema vendor.compose-spec "$1"; }
  schema docker/compose.yaml || fail "the compose file"
  sed "s/healthcheck:/healthchek:/" docker/compose.yaml >"$work/bad.yaml"
  ! schema "$work/bad.yaml" >/dev/null || fail "the schema finds nothing in a bad compose file"
}

engine=
find_engine() {
  if docker info >/dev/null 2>&1; then engine=docker; return; fi
  if ! command -v buildah >/dev/null; then
    [ "$(id -u)" = 0 ] || fail "no Docker daemon answers, and buildah is not here"
    say "no Docker daemon answers: installing buildah and debootstrap"
    apt-get update -qq
    apt-get install -y -qq --no-install-recommends buildah debootstrap >/dev/null
  fi
  engine=buildah
}
bud() { buildah --root "$work/images" --runroot "$work/run" --storage-driver overlay "$@"; }

# base_image is the image that the Dockerfile names, or one like it.
base_image=
find_base() {
  [ -z "$base_image" ] || return 0
  local named
  named=$(sed -n 's/^ARG GO_IMAGE=//p' docker/Dockerfile)
  if [ -n "$pull" ] && timeout 120 buildah --root "$work/images" --runroot "$work/run" pull -q "$named" >/dev/null 2>&1; then
    base_image=$named
    return
  fi
  base_image=localhost/adlab-base
  note "$named was not pulled: a Debian 12 of debootstrap's, with $(go version | cut -d ' ' -f 3), stands in"
  bud inspect "$base_image" >/dev/null 2>&1 && return
  rm -rf "$work/debian"
  debootstrap --variant=minbase --include=ca-certificates,curl,g++,gcc,git,libc6-dev,make,pkg-config \
    bookworm "$work/debian" http://deb.debian.org/debian >"$work/debootstrap.log" ||
    fail "debootstrap: $(tail -n 1 "$work/debootstrap.log")"
  cp -a "$(go env GOROOT)" "$work/debian/usr/local/go"
  cp -L /etc/ssl/certs/ca-certificates.crt "$work/debian/etc/ssl/certs/ca-certificates.crt"
  [ ! -e /etc/pip.conf ] || cp /etc/pip.conf "$work/debian/etc/pip.conf"
  local c
  c=$(bud from scratch)
  bud copy -q "$c" "$work/debian" / >/dev/null
  bud config --env GOTOOLCHAIN=local --env GOPATH=/go --workingdir /go --cmd bash \
    --env PATH=/go/bin:/usr/local/go/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$c"
  bud commit -q --rm "$c" "$base_image" >/dev/null
  rm -rf "$work/debian"
}

stage() {
  local start=$SECONDS
  if [ $engine = docker ]; then
    docker build -f docker/Dockerfile --target "$1" --build-arg VERSION=test -t "adlab-test:$1" .
  else
    find_base
    bud build --isolation chroot --format docker --layers --pull-never --build-arg GO_IMAGE="$base_image" \
      --build-arg VERSION=test --target "$1" -t "adlab-test:$1" -f docker/Dockerfile . >"$work/$1.log" 2>&1 ||
      fail "stage $1: $(tail -n 5 "$work/$1.log")"
  fi
  say "stage $1: built in $((SECONDS - start)) s"
}

# within runs a shell line in a container of the image, adlab:cpu where no other is named.
image=cpu
container=
within() {
  if [ $engine = docker ]; then
    docker run --rm --network host $(if [ $image = cuda ] && [ -e /dev/nvidia0 ]; then echo --gpus all; fi) \
      -e JUPYTER_TOKEN -e ADLAB_PROFILE "adlab-test:$image" bash -c "$1"
  else
    [ -n "$container" ] || container=$(bud from --pull-never "adlab-test:$image")
    bud run --isolation chroot --env JUPYTER_TOKEN="${JUPYTER_TOKEN:-}" --env ADLAB_PROFILE="${ADLAB_PROFILE:-}" \
      "$container" bash -c "$1"
  fi
}

program() {
  [ "$(within 'id -u')" = 1000 ] || fail "expected user 1000, got $(within 'id -u')"
  within 'touch /data/x /weights/x /cache/x /results/x && rm /data/x /weights/x /cache/x /results/x' ||
    fail "a volume is closed to the user"
  [ "$(within 'adlab version')" = test ] || fail "expected version test, got $(within 'adlab version')"
  within 'adlab backends' | tee "$work/backends.txt"
  grep -q "in use: xla" "$work/backends.txt" || fail "XLA does not open"
  grep -q "cuda: needs" "$work/backends.txt" || note "a GPU is here: the words for its absence were not looked at"
  within 'adlab verify testdata/multiads' || fail "parity"
}

gpu() {
  image=cuda container=
  [ "$(within 'id -u')" = 1000 ] || fail "expected user 1000, got $(within 'id -u')"
  if [ -e /dev/nvidia0 ]; then
    within 'adlab verify testdata/multiads' || fail "parity on the GPU"
  else
    within 'adlab verify testdata/multiads' >"$work/no-gpu.txt" 2>&1 && fail "CUDA is in use without a GPU"
    grep -q "^adlab: GOMLX_BACKEND: cuda needs an NVIDIA GPU with its driver" "$work/no-gpu.txt" || fail "$(cat "$work/no-gpu.txt")"
    ! grep -q "plugin" "$work/no-gpu.txt" || fail "the plugin is not where it is looked for: $(cat "$work/no-gpu.txt")"
    within 'adlab --backend xla verify testdata/multiads' || fail "parity on the CPU"
    note "no GPU is here: CUDA itself was not tried"
  fi
  image=cpu container=
}

lab() {
  local token port=18888 page=http://127.0.0.1:18888 lab pids
  token=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
  JUPYTER_TOKEN=$token within "exec bash tools/lab.sh --ip=127.0.0.1 --port=$port --no-browser" \
    >"$work/lab.log" 2>&1 &
  lab=$!
  trap 'end_lab' EXIT
  end_lab() {
    pids=$(pgrep -f -- "--port=$port" || true) # the server itself: its parent may not pass signals on
    [ -z "$pids" ] || kill $pids 2>/dev/null || true
    kill $lab 2>/dev/null || true
  }
  for _ in $(seq 120); do
    python3 tools/healthy.py $port 2>/dev/null && break
    kill -0 $lab 2>/dev/null || fail "JupyterLab ended: $(tail -n 3 "$work/lab.log")"
    sleep 1
  done
  within "/opt/adlab/.venv/bin/python tools/healthy.py $port" || fail "the health check"
  status() { curl -s -o "$work/answer" -w '%{http_code}' "$@"; }
  [ "$(status "$page/api/contents")" = 403 ] || fail "the notebooks are open without the token"
  [ "$(status -H "Authorization: token $token" "$page/api/contents")" = 200 ] || fail "closed in spite of the token"
  grep -q 00_quickstart.ipynb "$work/answer" || fail "the notebooks are not listed"
  [ "$(status -H "Authorization: token $token" "$page/api/kernelspecs")" = 200 ] && grep -q gonb "$work/answer" ||
    fail "no Go kernel"
  end_lab
  trap - EXIT
  say "JupyterLab: healthy, closed without the token, open with it, with the Go kernel"
  ADLAB_PROFILE=smoke within 'bash tools/notebooks.sh --out /results notebooks/02_inpformer_tables.ipynb' ||
    fail "a notebook"
}

for s in "${stages[@]}"; do
  say "== $s"
  case $s in
    lint) lint ;;
    program | lab | gpu)
      [ -n "$engine" ] || find_engine
      "$s"
      ;;
    *)
      [ -n "$engine" ] || find_engine
      grep -q " AS $s\$" docker/Dockerfile || fail "no stage $s in the Dockerfile"
      stage "$s"
      ;;
  esac
done
for s in cuda-libraries cuda; do
  [[ " ${stages[*]} " == *" $s "* ]] || note "not built: stage $s (--stage $s)"
done
[ "$engine" != buildah ] || note "RUN was done by buildah in a chroot, not by a Docker daemon; nothing was started by compose"
if [ -z "$keep" ] && [ "$engine" = buildah ]; then bud rm -a >/dev/null 2>&1 || true; fi
say "done: ${stages[*]}"
printf '  %s\n' "${notes[@]+"${notes[@]}"}"
