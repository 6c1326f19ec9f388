#!/usr/bin/env bash
# Prints the path of a Chromium for the browser tests: KINFIRST_CHROMIUM, the system's, or a freshly installed one.
set -euo pipefail
cd "$(dirname "$0")/.."

found() {
    local name
    for name in "${KINFIRST_CHROMIUM:-}" chromium chromium-browser google-chrome; do
        if [ -n "$name" ] && command -v "$name"; then return; fi
    done
    return 1
}

if [ -n "${KINFIRST_CHROMIUM:-}" ] && ! command -v "$KINFIRST_CHROMIUM" >/dev/null; then
    echo "KINFIRST_CHROMIUM names no program: $KINFIRST_CHROMIUM" >&2
    exit 1
fi
found && exit
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    scripts/debian.sh chromium
    found && exit
fi
echo "the browser tests need Chromium: install the package chromium, or name the program in KINFIRST_CHROMIUM" >&2
exit 1
