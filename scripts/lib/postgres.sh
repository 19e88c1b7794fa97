# shellcheck shell=bash
# A private PostgreSQL cluster with PgBouncer, in a temporary folder and on free ports of 127.0.0.1.
# Needs common.sh.

# postgres_bin: prints the folder of the newest PostgreSQL server.
postgres_bin() {
  local folder
  folder=$(printf '%s\n' /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
  if [[ -x $folder/initdb ]]; then
    printf '%s\n' "$folder"
  elif have initdb; then
    dirname "$(command -v initdb)"
  else
    return 1
  fi
}

# pgbouncer_bin: prints the path of PgBouncer. On Debian, it is only in root's PATH.
pgbouncer_bin() { PATH=$PATH:/usr/sbin command -v pgbouncer; }
have_pgbouncer() { pgbouncer_bin >/dev/null; }

# become_server COMMAND…: replaces this shell by COMMAND, not as root, as both servers require.
# Leaves the working directory, which that user may not be allowed to enter.
become_server() {
  cd /
  if [[ $EUID -eq 0 ]]; then
    exec setpriv --reuid=postgres --regid=postgres --init-groups "$@"
  fi
  exec "$@"
}

# as_server COMMAND…: the same in a subshell.
as_server() { (become_server "$@"); }

# free_port: prints an unused port below the ephemeral ports. Another process may take it first, so
# callers retry.
free_port() {
  local port
  while :; do
    port=$((20000 + RANDOM % 12000))
    (: <>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
  done
  printf '%s\n' "$port"
}

# start_postgres FOLDER DURABLE: sets postgres_port and postgres_password.
# With DURABLE=no, a power cut can lose all data, which is acceptable in tests.
start_postgres() {
  local folder=$1 durable=$2 bin tries
  bin=$(postgres_bin) || die "PostgreSQL 15 or newer is missing"
  postgres_password=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
  printf '%s\n' "$postgres_password" | as_server tee "$folder/password" >/dev/null
  # With md5, because SCRAM's key stretching in an unoptimized client takes longer than the tests.
  as_server "$bin/initdb" --pgdata="$folder/data" --username=postgres --encoding=UTF8 \
    --locale=C.UTF-8 --auth=md5 --pwfile="$folder/password" \
    --no-sync >"$folder/initdb.log" 2>&1 || { cat "$folder/initdb.log" >&2; die "initdb failed"; }
  postgres_settings "$durable" | as_server tee -a "$folder/data/postgresql.conf" >/dev/null
  for tries in {1..10}; do
    postgres_port=$(free_port)
    if as_server "$bin/pg_ctl" start --silent --wait --pgdata="$folder/data" \
      --log="$folder/data/server.log" --options="-p $postgres_port" >/dev/null 2>&1; then
      return
    fi
  done
  as_server cat "$folder/data/server.log" >&2
  die "PostgreSQL did not start in $tries tries"
}

postgres_settings() {
  cat <<'SETTINGS'
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 400
password_encryption = md5
log_min_messages = warning
shared_preload_libraries = 'pg_stat_statements'
pg_stat_statements.max = 50000
SETTINGS
  [[ $1 == yes ]] || cat <<'SETTINGS'
fsync = off
synchronous_commit = off
full_page_writes = off
SETTINGS
}

# start_pgbouncer FOLDER: sets pgbouncer_port and pgbouncer_pid.
start_pgbouncer() {
  local folder=$1/pgbouncer bin tries
  bin=$(pgbouncer_bin) || die "pgbouncer is missing"
  as_server mkdir -m 700 "$folder"
  printf '"postgres" "%s"\n' "$postgres_password" | as_server tee "$folder/users.txt" >/dev/null
  for tries in {1..10}; do
    pgbouncer_port=$(free_port)
    pgbouncer_settings "$folder" | as_server tee "$folder/pgbouncer.ini" >/dev/null
    # In a separate session, so that Ctrl-C does not end it before its clients.
    become_server setsid "$bin" --quiet "$folder/pgbouncer.ini" >/dev/null 2>&1 &
    pgbouncer_pid=$!
    ! listens "$pgbouncer_port" "$pgbouncer_pid" || return 0
  done
  as_server cat "$folder/pgbouncer.log" >&2
  die "pgbouncer did not start in $tries tries"
}

pgbouncer_settings() {
  cat <<SETTINGS
[databases]
* = host=127.0.0.1 port=$postgres_port
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = $pgbouncer_port
unix_socket_dir =
auth_type = md5
auth_file = $1/users.txt
logfile = $1/pgbouncer.log
pool_mode = transaction
default_pool_size = 20
max_client_conn = 2000
ignore_startup_parameters = extra_float_digits
SETTINGS
}

# listens PORT PID: waits until PORT accepts connections. Fails if PID ends.
listens() {
  while kill -0 "$2" 2>/dev/null; do
    (: <>"/dev/tcp/127.0.0.1/$1") 2>/dev/null && return
    sleep 0.05
  done
  return 1
}

# stop_servers FOLDER: stops both servers and deletes the folder. Can be called at any time after
# FOLDER was created.
stop_servers() {
  if [[ -n ${pgbouncer_pid:-} ]]; then
    kill "$pgbouncer_pid" 2>/dev/null || true
    wait "$pgbouncer_pid" 2>/dev/null || true
  fi
  if [[ -f $1/data/postmaster.pid ]]; then
    as_server "$(postgres_bin)/pg_ctl" stop --silent --mode=immediate --pgdata="$1/data" || true
  fi
  rm -rf "$1"
}
