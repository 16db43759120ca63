#!/bin/sh
# The tests of the pages need a Chromium: found, or installed from Debian's packages where that is allowed, else said plainly.
set -eu
[ -n "${B12_CHROMIUM:-}" ] && exit 0
for name in chromium chromium-browser google-chrome google-chrome-stable; do
    command -v "$name" >/dev/null 2>&1 && exit 0
done
if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
    echo "Installing Chromium for the tests of the pages …"
    log=$(mktemp)
    if apt-get update -qq >"$log" 2>&1 && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >>"$log" 2>&1; then
        rm -f "$log"
        exit 0
    fi
    tail -n 3 "$log" >&2
    rm -f "$log"
fi
echo "There is no Chromium, and it could not be installed here: the pages are not tested in a browser." >&2
echo "Install it (Debian, Ubuntu: sudo apt-get install chromium), or name it: B12_CHROMIUM=/path/to/chromium make test" >&2
