# Sourced: finds Chromium and exports it as ADLAB_CHROMIUM; "" where there is none.
ADLAB_CHROMIUM=${ADLAB_CHROMIUM:-}
for name in chromium chromium-browser google-chrome; do
  [ -n "$ADLAB_CHROMIUM" ] || ADLAB_CHROMIUM=$(command -v "$name" || true)
done
export ADLAB_CHROMIUM
