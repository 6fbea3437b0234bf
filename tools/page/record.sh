#!/usr/bin/env bash
# Records README's moving picture, figures/playground.webp, with Chromium and Pillow: record.sh [FILE].
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../env.sh"
cd "$root"
[ -x .venv/bin/python ] || { echo "record: expected .venv; run make setup" >&2; exit 1; }
chromium=${ADLAB_CHROMIUM:-$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)}
[ -n "$chromium" ] || { echo "record: expected Chromium; apt-get install chromium fonts-nanum, or name one in ADLAB_CHROMIUM" >&2; exit 1; }
.venv/bin/python -m pip install --quiet --disable-pip-version-check -r tools/page/requirements.txt
ADLAB_CHROMIUM="$chromium" exec .venv/bin/python tools/page/record.py "$@"
