#!/bin/sh
# Holds every pinned dependency against an advisory service. Needs the network; says so where there is none.
# Exit codes: 0 nothing known, 1 something is, 2 nobody could be asked: that is no "nothing known".
set -u
cd "$(dirname "$0")/.." || exit 2
tools=.venv/audit
if [ ! -x "$tools/bin/pip-audit" ]; then
    python3 -m venv "$tools" && "$tools/bin/python" -m pip install --quiet pip-audit || {
        echo "audit: pip-audit cannot be installed here; nothing was checked" >&2
        exit 2
    }
fi
said=$("$tools/bin/pip-audit" --disable-pip --require-hashes --progress-spinner off --timeout 20 \
    --requirement constraints/run.txt 2>&1)
came=$?
echo "$said"
case $said in
*"could not be audited"* | *"onnection"* | *"imed out"* | *"resolve"* | *"Forbidden"* | *"Traceback"*)
    echo "audit: the advisory service could not be asked about everything above; this is no all-clear" >&2
    exit 2
    ;;
esac
exit "$came"
