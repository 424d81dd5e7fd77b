# Sourced by the other scripts from the project's folder: makes .venv and installs packages.
# Written for bash 3.2, the version of macOS.

# Status 2 means "could not work" in every script.
fail() {
  printf '%s\n' "$*" >&2
  exit 2
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

# The Python of .venv and a hash of the requirements file: what an installation must match.
checksum() {
  .venv/bin/python -c 'import hashlib, pathlib, sys
print(sys.version, hashlib.sha256(pathlib.Path(sys.argv[1]).read_bytes()).hexdigest())' "$1" 2>/dev/null
}

is_installed() {
  local wanted
  wanted=$(checksum "$1") && [ "$(cat ".venv/.installed-$1" 2>/dev/null)" = "$wanted" ]
}

# require FILE: ends the script if the packages of FILE are missing. It installs nothing: a cron job
# must not change the packages of a running server.
require() {
  is_installed "$1" ||
    fail "The packages of $1 are not installed in $PWD/.venv, or are older than the program." \
      "Stop the server and run $PWD/scripts/install.sh."
}

# run_command NAME [ARGUMENT ...]: runs a command of app.cli in place of this script.
run_command() {
  require requirements.txt
  PYTHONPATH=backend exec .venv/bin/python -m app.cli "$@"
}

make_venv() {
  local python
  # An unfinished venv has no pip, and one without its Python does not run.
  if .venv/bin/python -c 'import pip' 2>/dev/null; then
    return
  fi
  python=$(find_python)
  printf 'Making .venv with %s ...\n' "$("$python" --version)"
  rm -rf .venv/bin .venv/lib .venv/lib64 .venv/include .venv/pyvenv.cfg .venv/.installed-*
  "$python" -m venv .venv ||
    fail "Could not make .venv. On Debian or Ubuntu: sudo apt install python3-venv"
}

# show_progress TOTAL: counts packages in the output of pip, each on a terminal, each tenth in a log.
show_progress() {
  local total=$1 count=0 word name
  while read -r word name _; do
    case $word in
      Collecting)
        count=$((count + 1))
        if [ -t 1 ]; then
          printf '\r\033[K  %s of %s: %s' "$count" "$total" "$name"
        elif [ $((count % 10)) = 0 ]; then
          printf '  %s of %s\n' "$count" "$total"
        fi
        ;;
      Installing)
        [ ! -t 1 ] || printf '\r\033[K'
        printf '  unpacking ...\n'
        ;;
    esac
  done
}

# install FILE: installs the packages of FILE into .venv, unless they are there already.
install() {
  if is_installed "$1"; then
    return
  fi
  local total
  total=$(grep -c '==' "$1")
  printf 'Installing the %s packages of %s into .venv: %s ...\n' "$total" "$1" \
    "$(sed -n 's/^# Size: \(.*\)\.$/\1/p' "$1")"
  .venv/bin/python -m pip install --disable-pip-version-check --progress-bar off -r "$1" |
    show_progress "$total" ||
    fail "Installing the packages failed; the lines above say why. Is the package index reachable?"
  checksum "$1" >".venv/.installed-$1"
}

why_not_installed() {
  if [ -d .venv/lib ] && ! .venv/bin/python -c '' 2>/dev/null; then
    printf 'The Python of .venv does not run: it is gone, or in the folder of another user.'
  else
    printf 'Packages are missing.'
  fi
}

# prepare FILE ...: installs the packages of the files. If all are there, it writes nothing, so the
# code may belong to another user or be on a read-only disk.
prepare() {
  local file missing='' usual
  for file in "$@"; do
    is_installed "$file" || missing=yes
  done
  if [ -z "$missing" ]; then
    return
  fi
  # Another user may run the server, so the packages must be readable for all.
  usual=$(umask)
  umask 022
  mkdir -p .venv 2>/dev/null && [ -w .venv ] ||
    fail "$(why_not_installed) $(id -un 2>/dev/null || true) may not write $PWD/.venv." \
      "Run $PWD/scripts/install.sh as the user that owns it."
  # Two starts at once must not install at the same time.
  exec 9>.venv/.lock || fail "$PWD/.venv/.lock cannot be written."
  if command -v flock >/dev/null 2>&1; then
    flock 9
  fi
  make_venv
  for file in "$@"; do
    install "$file"
  done
  # A user who may not write here would compile the program again at each start.
  [ ! -d backend/app ] || .venv/bin/python -m compileall -q backend/app backend/pixel_artist backend/alembic || true
  exec 9>&-
  umask "$usual"
}
