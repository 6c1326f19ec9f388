#!/usr/bin/env bash
# Installs Debian packages without asking: debian.sh PACKAGE...
# Only for root; everybody else is told by the caller what to install. apt-get is heard only when it fails.
set -euo pipefail
cd "$(dirname "$0")/.."
export DEBIAN_FRONTEND=noninteractive
log=var/apt.log

echo "installing $* with apt-get" >&2
mkdir -p var
if ! { apt-get -qq update && apt-get -qq install --yes --no-install-recommends "$@"; } >"$log" 2>&1 </dev/null; then
    tail -n 20 "$log" >&2
    echo "apt-get could not install: $*" >&2
    exit 1
fi
