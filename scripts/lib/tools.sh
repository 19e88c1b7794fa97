# shellcheck shell=bash
# The tools that tests and checks need, installed where they are missing.
# Needs common.sh and postgres.sh.
# shellcheck disable=SC2154 # root and target: common.sh

# ensure_debian_tools: what comes as Debian packages, in one installation.
ensure_debian_tools() {
  local missing=()
  have cc || missing+=(gcc libc6-dev)
  postgres_bin >/dev/null || missing+=(postgresql)
  have_pgbouncer || missing+=(pgbouncer)
  have_libfaketime || missing+=(libfaketime)
  have sqlite3 || missing+=(sqlite3)
  have npm || missing+=(nodejs npm)
  have python3 || missing+=(python3)
  python3 -c 'import ensurepip, venv' 2>/dev/null || missing+=(python3-venv)
  [[ ${#missing[@]} -eq 0 ]] || apt_install "${missing[@]}"
}

# have_libfaketime: what moves the clock of the program in tests.
have_libfaketime() { compgen -G '/usr/lib/*/faketime/libfaketimeMT.so.1' >/dev/null; }

# ensure_node: a Node.js that is new enough, for this script and all that it
# runs; cargo's build script among them, which builds the console with it.
ensure_node() {
  local oldest=20.19
  have npm || apt_install nodejs npm
  node_is_new "$oldest" && return
  note "installing Node.js 22, since this one is older than $oldest"
  exclusively node npm --prefix "$target/node" install --no-save --no-audit --no-fund \
    --loglevel=error node@22 >/dev/null
  PATH=$target/node/node_modules/node/bin:$PATH
  node_is_new "$oldest" || die "Node.js $oldest or newer is missing"
}

# node_is_new OLDEST
node_is_new() {
  have node || return 1
  printf '%s\n' "$1" "$(node --version | tr -d v)" | sort --version-sort --check=quiet
}

# ensure_chromium: the browser; prints where it is. TOKENVUE_TEST_CHROMIUM names
# another one.
ensure_chromium() {
  local name
  if [[ -n ${TOKENVUE_TEST_CHROMIUM:-} ]]; then
    printf '%s\n' "$TOKENVUE_TEST_CHROMIUM"
    return
  fi
  for name in chromium chromium-browser google-chrome; do
    command -v "$name" && return
  done
  apt_install chromium
  command -v chromium || die "Chromium is missing"
}

# ensure_nextest: the test runner.
ensure_nextest() {
  cargo nextest --version >/dev/null 2>&1 && return
  note "installing cargo-nextest (some minutes, once)"
  cargo install --quiet --locked cargo-nextest
}

# ensure_python: prints the path of a Python that has the packages of
# tests/python/requirements.txt.
ensure_python() {
  local venv=$target/test-venv wanted=$root/tests/python/requirements.txt
  exclusively python make_venv "$venv" "$wanted"
  printf '%s\n' "$venv/bin/python"
}

make_venv() {
  local venv=$1 wanted=$2
  unchanged_since "$venv/installed" "$wanted" && return
  rm -rf "$venv"
  python3 -m venv "$venv"
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check \
    --requirement "$wanted" >&2
  cp "$wanted" "$venv/installed"
}

# ensure_npm_packages FOLDER: what its package-lock.json pins.
ensure_npm_packages() { exclusively npm install_npm_packages "$1"; }

install_npm_packages() {
  local folder=$1
  unchanged_since "$folder/node_modules/.installed" "$folder/package-lock.json" && return
  npm --prefix "$folder" ci --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null
  cp "$folder/package-lock.json" "$folder/node_modules/.installed"
}

# prepare_browser: all that tests/browser needs to drive the program: Chromium,
# packages, and the program itself.
prepare_browser() {
  ensure_node
  TOKENVUE_TEST_CHROMIUM=$(ensure_chromium)
  export TOKENVUE_TEST_CHROMIUM
  export TOKENVUE_TEST_PROGRAM=$target/debug/tokenvue
  ensure_npm_packages "$root/tests/browser"
  cargo build --quiet --locked
}
