# shellcheck shell=bash
# Installs missing tools for tests and checks. Needs common.sh and postgres.sh.
# shellcheck disable=SC2154 # root and target: common.sh

# ensure_debian_tools: installs all missing Debian packages at once.
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

# have_libfaketime: the library that moves the program's clock in tests.
have_libfaketime() { compgen -G '/usr/lib/*/faketime/libfaketimeMT.so.1' >/dev/null; }

# ensure_node: puts a recent Node.js on the PATH of this script and its commands, including cargo's
# build script, which builds the console.
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

# ensure_chromium: prints the path of the browser. TOKENVUE_TEST_CHROMIUM overrides it.
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

# ensure_nextest: installs the test runner.
ensure_nextest() {
  cargo nextest --version >/dev/null 2>&1 && return
  note "installing cargo-nextest (takes some minutes, once)"
  cargo install --quiet --locked cargo-nextest
}

# ensure_python: prints the path of a Python with the packages of tests/python/requirements.txt.
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

# ensure_npm_packages FOLDER: installs the packages of its package-lock.json.
ensure_npm_packages() { exclusively npm install_npm_packages "$1"; }

install_npm_packages() {
  local folder=$1
  unchanged_since "$folder/node_modules/.installed" "$folder/package-lock.json" && return
  npm --prefix "$folder" ci --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null
  cp "$folder/package-lock.json" "$folder/node_modules/.installed"
}

# prepare_browser: prepares what tests/browser needs: Chromium, npm packages, and the program.
prepare_browser() {
  ensure_node
  TOKENVUE_TEST_CHROMIUM=$(ensure_chromium)
  export TOKENVUE_TEST_CHROMIUM
  export TOKENVUE_TEST_PROGRAM=$target/debug/tokenvue
  ensure_npm_packages "$root/tests/browser"
  cargo build --quiet --locked
}
