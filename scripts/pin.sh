#!/usr/bin/env bash
# Writes the constraint files anew from pyproject.toml: pin.sh [--upgrade]
# Hashes are kept, index addresses are not: an installation uses the index its own machine is set up with.
set -euo pipefail
cd "$(dirname "$0")/.."

pin() {
    local file=$1
    shift
    echo 'setuptools>=77' | .venv/bin/uv pip compile pyproject.toml - --quiet --universal --python-version 3.11 \
        --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links \
        --output-file "constraints/$file.txt" "$@"
}

pin test --extra test --extra house "$@"
# What runs is a part of what is tested, so it starts from those versions.
pin run --constraint constraints/test.txt "$@"
