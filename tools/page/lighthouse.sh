#!/usr/bin/env bash
# Lighthouse's accessibility score of the gallery's page, served on this machine alone: lighthouse.sh [FOLDER]. At least 95, or it fails.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../env.sh"
cd "$root"
folder=${1:-figures}
mkdir -p out
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
python3 -m http.server "$port" --bind 127.0.0.1 --directory "$folder" >/dev/null 2>&1 &
server=$!
trap 'kill "$server"' EXIT
CHROME_PATH=${ADLAB_CHROMIUM:-$(command -v chromium)} npm exec --yes --loglevel=error --package=lighthouse@13.5.0 -- lighthouse "http://127.0.0.1:$port/index.html" \
  --only-categories=accessibility --output=json --output-path=out/lighthouse.json --quiet --chrome-flags="--headless=new --no-sandbox"
python3 - <<'PY'
import json, sys
x = json.load(open("out/lighthouse.json"))
score = round(100 * x["categories"]["accessibility"]["score"])
for a in x["audits"].values():
    if a.get("score") == 0 and a["scoreDisplayMode"] == "binary":
        print(f"  {a['id']}: {a['title']}")
print(f"lighthouse {x['lighthouseVersion']}: accessibility {score}")
sys.exit(score < 95)
PY
