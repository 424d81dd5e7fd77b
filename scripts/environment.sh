# Sourced by the other scripts, which stand in the project's folder: makes .venv and fills it.

fail() {
  printf '%s\n' "$*" >&2
  exit 1
}

find_python() {
  local candidate
  for candidate in python3 python3.14 python3.13 python3.12 python3.11 python; do
    if command -v "$candidate" >/dev/null 2>&1 &&
      "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      printf '%s\n' "$candidate"
      return
    fi
  done
  fail "Emberpeak needs Python 3.11 or newer, and none was found." \
    "On Debian or Ubuntu: sudo apt install python3 python3-venv"
}

checksum() {
  "$1" -c 'import hashlib, pathlib, sys
print(sys.version, hashlib.sha256(pathlib.Path(sys.argv[1]).read_bytes()).hexdigest())' "$2"
}

make_venv() {
  local python
  # A venv that was cut off half-way has no pip, and one whose Python is gone does not run.
  if .venv/bin/python -c 'import pip' 2>/dev/null; then
    return
  fi
  python=$(find_python)
  printf 'Making .venv with %s ...\n' "$("$python" --version)"
  rm -rf .venv/bin .venv/lib .venv/lib64 .venv/include .venv/pyvenv.cfg .venv/.installed-*
  "$python" -m venv .venv ||
    fail "Could not make .venv. On Debian or Ubuntu: sudo apt install python3-venv"
}

# install FILE: brings .venv to what FILE lists, if it is not there already.
install() {
  local stamp=".venv/.installed-$1"
  if [ "$(cat "$stamp" 2>/dev/null)" = "$(checksum .venv/bin/python "$1")" ]; then
    return
  fi
  printf 'Installing the packages of %s (about a minute the first time) ...\n' "$1"
  .venv/bin/python -m pip install --quiet --disable-pip-version-check -r "$1" ||
    fail "Installing the packages failed; the lines above say why. Is the package index reachable?"
  checksum .venv/bin/python "$1" >"$stamp"
}

prepare() {
  mkdir -p .venv
  # Two starts at once must not install into each other.
  exec 9>.venv/.lock
  if command -v flock >/dev/null 2>&1; then
    flock 9
  fi
  make_venv
  local file
  for file in "$@"; do
    install "$file"
  done
  exec 9>&-
}
