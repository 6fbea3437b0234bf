#!/usr/bin/env bash
# Makes the talk's decks from the notebooks into out/slides, a folder that needs no network: slides.sh [TALK...]. Brings reveal.js by npm,
# once; PDFs need Chromium.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"
cd "$root"
[ -x .venv/bin/python ] || { echo "slides: needs python3 with venv; install it, then run make setup" >&2; exit 1; }

reveal_version=6.0.2
reveal_sha256=2f0c20bfb02447a198a1ebe8a8c097a5437d035caa38f2820bf4ba887a3eac91
reveal() { # what a deck loads, and the licence
  rm -rf .reveal.tmp && mkdir .reveal.tmp &&
    (cd .reveal.tmp && npm pack --silent "reveal.js@$reveal_version" >/dev/null) &&
    echo "$reveal_sha256  .reveal.tmp/reveal.js-$reveal_version.tgz" | sha256sum --check --quiet &&
    tar -xzf ".reveal.tmp/reveal.js-$reveal_version.tgz" -C .reveal.tmp &&
    mkdir .reveal.tmp/kept &&
    cp .reveal.tmp/package/{LICENSE,dist/reset.css,dist/reveal.css,dist/reveal.js,dist/plugin/notes.js} .reveal.tmp/kept/ &&
    echo "$reveal_version" >.reveal.tmp/kept/version &&
    rm -rf .reveal && mv .reveal.tmp/kept .reveal && rm -rf .reveal.tmp
}
if [ "$(cat .reveal/version 2>/dev/null)" != "$reveal_version" ]; then
  command -v npm >/dev/null || { echo "slides: npm brings reveal.js $reveal_version once; install npm (apt-get install npm)" >&2; exit 1; }
  reveal || { echo "slides: reveal.js $reveal_version did not come by npm" >&2; exit 1; }
fi
rm -rf out/slides
mkdir -p out/slides
cp -r .reveal out/slides/reveal
source tools/chromium.sh
exec .venv/bin/python tools/slides.py "$@"
