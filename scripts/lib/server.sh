# shellcheck shell=bash
# Starts the program as a server for a script. Needs common.sh.
# shellcheck disable=SC2154 # target: common.sh

server_folder=
server_pid=
# The address on which it listens: 127.0.0.1:PORT.
server_address=

# start_server ARGUMENT…: starts the program on a free port with its data in a temporary folder.
start_server() {
  server_folder=$(mktemp -d "${TMPDIR:-/tmp}/tokenvue-server.XXXXXX")
  "$target/debug/tokenvue" "$@" --listen 127.0.0.1:0 --data-dir "$server_folder/data" \
    --log info --log-format json >"$server_folder/out" 2>"$server_folder/log" &
  server_pid=$!
  # The system chooses the port. It is in the log.
  until [[ -n $server_address ]]; do
    kill -0 "$server_pid" 2>/dev/null ||
      { cat "$server_folder/log" >&2; die "the program has ended"; }
    sleep 0.1
    server_address=$(sed -n 's/.*"address":"\([0-9.:]*\)".*/\1/p' "$server_folder/log" | head -n 1)
  done
}

# stop_server: stops the program and deletes its folder. Can be used as a trap.
stop_server() {
  [[ -z $server_pid ]] || kill "$server_pid" 2>/dev/null || true
  wait
  [[ -z $server_folder ]] || rm -rf "$server_folder"
}
