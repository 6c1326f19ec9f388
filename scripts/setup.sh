#!/usr/bin/env bash
# Makes .venv and installs the package with the pinned versions of one constraint file: setup.sh run | test
set -euo pipefail
cd "$(dirname "$0")/.."
what=${1:?"say run or test"}
venv=.venv

fits() {  # an interpreter that is new enough and can make a virtual environment
    "$1" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

interpreter() {
    local name
    for name in ${PYTHON:-} python3 python3.13 python3.12 python3.11; do
        if fits "$name"; then echo "$name"; return; fi
    done
    return 1
}

if ! [ -x "$venv/bin/python" ]; then
    if ! python=$(interpreter) && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        scripts/debian.sh python3 python3-venv
        python=$(interpreter) || python=
    fi
    if [ -z "${python:-}" ]; then
        echo "kinfirst needs Python 3.11 or newer with its venv module: install python3 and python3-venv" >&2
        exit 1
    fi
    "$python" -m venv "$venv"
fi

pip=("$venv/bin/python" -m pip --disable-pip-version-check --quiet)
echo "installing the pinned versions of constraints/$what.txt" >&2
"${pip[@]}" install --require-hashes --requirement "constraints/$what.txt"
# The build backend is pinned too, so nothing is fetched outside the constraint file.
"${pip[@]}" install --no-deps --no-build-isolation --editable .
# The catalogues of the other languages, in the form that is read at run time.
"$venv/bin/python" -m kinfirst.project.messages compile >&2
