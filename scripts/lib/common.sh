# shellcheck shell=bash
# What every script shares: where the repository is, how to speak, how to
# install a missing tool.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
target=${CARGO_TARGET_DIR:-$root/target}
readonly root target

# note WORD…: one line for the person who watches.
note() { printf '%s\n' "== $*" >&2; }

# die WORD…: says what is wrong and stops.
die() {
  printf '%s\n' "error: $*" >&2
  exit 1
}

# have COMMAND
have() { command -v "$1" >/dev/null 2>&1; }

# apt_install PACKAGE…: from Debian, or a message that says what to run.
apt_install() {
  have apt-get || die "missing packages, and no apt-get to install them: $*"
  [[ $EUID -eq 0 ]] || die "missing packages; run: sudo apt-get install $*"
  note "installing $*"
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -qq --no-install-recommends "$@" >/dev/null
}

# exclusively NAME COMMAND…: one at a time among all scripts of this checkout,
# so that runs side by side do not prepare the same folder at once.
exclusively() {
  local name=$1
  shift
  mkdir -p "$target"
  (
    flock 9
    "$@"
  ) 9>"$target/.$name.lock"
}

# unchanged_since STAMP FILE…: whether STAMP was made from these very files.
unchanged_since() {
  local stamp=$1
  shift
  [[ -f $stamp ]] && cat "$@" | cmp --silent - "$stamp"
}
