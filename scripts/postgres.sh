#!/usr/bin/env bash
# Prints the URL of a PostgreSQL database for the tests: postgres.sh [stop]
# In this order: KINFIRST_TEST_POSTGRES; a server on this machine that lets us in; a private cluster, kept for the
# next run; the same after installing PostgreSQL (root only). `stop` ends the private cluster.
set -euo pipefail
cd "$(dirname "$0")/.."
name=kinfirst_test
role=kinfirst

if [ -n "${KINFIRST_TEST_POSTGRES:-}" ]; then
    echo "$KINFIRST_TEST_POSTGRES"
    exit
fi

# Prints a URL of the test database, or fails. Django adds databases of its own, so the role must be able to.
open_database() {
    .venv/bin/python - "$1" "$name" <<'PYTHON'
import sys
from urllib.parse import urlsplit, urlunsplit

import psycopg

url, name = sys.argv[1:]
try:
    with psycopg.connect(url, autocommit=True, connect_timeout=3) as connection:
        may = "select rolsuper or rolcreatedb from pg_roles where rolname = current_user"
        if connection.execute(may).fetchone() != (True,):
            sys.exit(1)
        if not connection.execute("select 1 from pg_database where datname = %s", [name]).fetchone():
            connection.execute(f'create database "{name}"')
except psycopg.Error:
    sys.exit(1)
parts = urlsplit(url)
print(urlunsplit(parts._replace(path=f"/{name}")))
PYTHON
}

find_server() {
    local port=${PGPORT:-5432} user
    for user in "$(id -un)" postgres; do
        open_database "postgresql://$user@127.0.0.1:$port/postgres" && return
    done
    open_database "postgresql://$(id -un)@/postgres?host=/var/run/postgresql&port=$port"
}

# PostgreSQL refuses to run as root, so there the cluster belongs to the user its package made, in a folder that
# user can reach; anywhere else it lies under var/.
if [ "$(id -u)" = 0 ]; then
    as=(runuser -u postgres --)
    cluster=/var/lib/postgresql/kinfirst-tests
else
    as=()
    cluster=$PWD/var/postgres
fi

newest_bin() {
    local server
    server=$(printf '%s\n' /usr/lib/postgresql/*/bin/postgres | sort -V | tail -n 1)
    if ! [ -x "$server" ]; then server=$(command -v postgres) || return 1; fi
    dirname "$server"
}

make_cluster() {
    local bin=$1 password
    password=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
    "${as[@]}" mkdir -p "$cluster"
    "${as[@]}" chmod 700 "$cluster"
    "${as[@]}" sh -c 'umask 077; cat >"$1"' sh "$cluster/password" <<<"$password"
    "${as[@]}" "$bin/initdb" --pgdata "$cluster/server" --username "$role" --pwfile "$cluster/password" \
        --auth scram-sha-256 --encoding UTF8 --locale C.UTF-8 >/dev/null
}

start_cluster() {
    local bin port
    bin=$(newest_bin) || return 1
    if ! "${as[@]}" test -f "$cluster/server/PG_VERSION"; then make_cluster "$bin"; fi
    if ! "${as[@]}" "$bin/pg_ctl" --pgdata "$cluster/server" status >/dev/null 2>&1; then
        port=$(.venv/bin/python -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])')
        # Nothing here must outlive the machine, so nothing waits for its disk; no socket, for paths may be too long.
        local options="-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off"
        "${as[@]}" "$bin/pg_ctl" --pgdata "$cluster/server" --log "$cluster/log" --wait \
            --options "$options -c max_connections=200" start >/dev/null </dev/null
    fi
    port=$("${as[@]}" sed -n 4p "$cluster/server/postmaster.pid")
    open_database "postgresql://$role:$("${as[@]}" cat "$cluster/password")@127.0.0.1:$port/postgres"
}

stop_cluster() {
    local bin
    bin=$(newest_bin) && "${as[@]}" "$bin/pg_ctl" --pgdata "$cluster/server" --mode fast stop >/dev/null
}

if [ "${1:-}" = stop ]; then stop_cluster; exit; fi

find_server && exit
mkdir -p var
exec 9>var/postgres.lock
flock 9  # two test runs at once start one cluster
start_cluster 9>&- && exit
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null && ! newest_bin >/dev/null; then
    scripts/debian.sh postgresql 9>&-
    find_server && exit
    start_cluster 9>&- && exit
fi
echo "the tests need PostgreSQL: install the package postgresql, or name a database in KINFIRST_TEST_POSTGRES" >&2
exit 1
