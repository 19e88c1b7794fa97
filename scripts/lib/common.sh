# shellcheck shell=bash
# Shared by all scripts: the path of the repository, messages, and installation of missing tools.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
target=${CARGO_TARGET_DIR:-$root/target}
readonly root target

# note WORD…: prints a line about the progress.
note() { printf '%s\n' "== $*" >&2; }

# die WORD…: prints an error and exits.
die() {
  printf '%s\n' "error: $*" >&2
  exit 1
}

# have COMMAND
have() { command -v "$1" >/dev/null 2>&1; }

# apt_install PACKAGE…: installs Debian packages, or prints what to run.
apt_install() {
  have apt-get || die "missing packages; apt-get is not available to install them: $*"
  [[ $EUID -eq 0 ]] || die "missing packages; run: sudo apt-get install $*"
  note "installing $*"
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -qq --no-install-recommends "$@" >/dev/null
}

# exclusively NAME COMMAND…: runs a command under a lock of this checkout, so that concurrent
# scripts do not prepare the same folder.
exclusively() {
  local name=$1
  shift
  mkdir -p "$target"
  (
    flock 9
    "$@"
  ) 9>"$target/.$name.lock"
}

# unchanged_since STAMP FILE…: whether STAMP is a copy of these files.
unchanged_since() {
  local stamp=$1
  shift
  [[ -f $stamp ]] && cat "$@" | cmp --silent - "$stamp"
}
