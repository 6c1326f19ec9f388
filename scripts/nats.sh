#!/usr/bin/env bash
# Prints the URL of a NATS server with JetStream for the tests: nats.sh [stop]
# In this order: KINFIRST_TEST_NATS; a server on this machine; a private one, kept for the next run; the same after
# installing nats-server (root only). `stop` ends the private server.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=$PWD/var/nats

if [ -n "${KINFIRST_TEST_NATS:-}" ]; then
    echo "$KINFIRST_TEST_NATS"
    exit
fi

# Prints the URL if a server answers on that port and says that JetStream is on.
open_server() {
    .venv/bin/python - "$1" <<'PYTHON'
import json
import socket
import sys

port = int(sys.argv[1])
try:
    with socket.create_connection(("127.0.0.1", port), timeout=2) as server:
        said = server.makefile("rb").readline()
except OSError:
    sys.exit(1)
if not said.startswith(b"INFO ") or not json.loads(said[5:]).get("jetstream"):
    sys.exit(1)
print(f"nats://127.0.0.1:{port}")
PYTHON
}

program() { command -v nats-server || { [ -x /usr/sbin/nats-server ] && echo /usr/sbin/nats-server; }; }

start_server() {
    local server port
    server=$(program) || return 1
    mkdir -p "$folder"
    if [ -f "$folder/port" ] && open_server "$(cat "$folder/port")"; then return; fi
    port=$(.venv/bin/python -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])')
    setsid "$server" --addr 127.0.0.1 --port "$port" --jetstream --store_dir "$folder" --pid "$folder/pid" \
        --log "$folder/log" >/dev/null 2>&1 </dev/null &
    echo "$port" >"$folder/port"
    for _ in $(seq 50); do
        open_server "$port" && return
        sleep 0.1
    done
    return 1
}

if [ "${1:-}" = stop ]; then
    if [ -f "$folder/pid" ]; then kill "$(cat "$folder/pid")" && rm -f "$folder/pid" "$folder/port"; fi
    exit
fi

open_server "${NATS_PORT:-4222}" && exit
mkdir -p var
exec 9>var/nats.lock
flock 9  # two test runs at once start one server
start_server 9>&- && exit
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null && ! program >/dev/null; then
    scripts/debian.sh nats-server 9>&-
    start_server 9>&- && exit
fi
echo "the tests need NATS with JetStream: install the package nats-server, or name one in KINFIRST_TEST_NATS" >&2
exit 1
