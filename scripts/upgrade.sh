#!/usr/bin/env bash
# Upgrades this folder to another version, and goes back if the new version does not come up well:
#   upgrade.sh VERSION         a tag or commit, if this folder is a git repository
#   upgrade.sh ARCHIVE.tar.gz  a downloaded release
# Run it as the owner of the folder. It stops and starts the server with systemctl if the unit
# emberpeak is installed. If not, add --stop COMMAND, which waits until the server has ended, and
# --start COMMAND, which returns at once.
# Exit status: 0 upgraded; 1 failed, and the old version runs again with the old data; 2 nothing was
# changed; 3 failed, and so did going back: the last lines say where everything is.
set -euo pipefail
started_in=$PWD
cd -- "$(dirname -- "$(readlink -f -- "$0" 2>/dev/null || printf %s "$0")")/.." || exit 2
. scripts/environment.sh || exit 2

wait_seconds=120
stop='systemctl stop emberpeak'
start='systemctl start emberpeak'
target=

say() { printf '== %s\n' "$*"; }

read_arguments() {
  while [ $# -gt 0 ]; do
    case $1 in
      --stop | --start | --wait)
        [ $# -gt 1 ] || fail "$1 needs a value."
        case $1 in
          --stop) stop=$2 ;;
          --start) start=$2 ;;
          --wait) wait_seconds=$2 ;;
        esac
        shift
        ;;
      -h | --help)
        sed -n '2,/^set /s/^# //p' scripts/upgrade.sh
        exit
        ;;
      -*) fail "Unknown option $1; see --help." ;;
      *)
        [ -z "$target" ] || fail "One version at a time."
        target=$1
        ;;
    esac
    shift
  done
  [ -n "$target" ] || fail "To which version? See --help."
  if [ "$stop" = 'systemctl stop emberpeak' ] && ! systemctl cat emberpeak >/dev/null 2>&1; then
    fail "There is no unit emberpeak here: say how to stop and start the server," \
      "with --stop COMMAND --start COMMAND."
  fi
}

version_in() { sed -n 's/^__version__ = "\(.*\)"$/\1/p'; }

# The owner of the data: root must not leave files there that the server cannot write.
data_owner() {
  PYTHONPATH=backend .venv/bin/python -c '
from app.config import load_settings
from app.services.backup.store import place_of
found = place_of(load_settings()).database.stat()
print(found.st_uid, found.st_gid)' 2>/dev/null
}

as_data_owner() {
  local groups=--clear-groups
  if [ "$(id -u)" = 0 ] && [ "${owner% *}" != 0 ]; then
    ! id -un "${owner% *}" >/dev/null 2>&1 || groups=--init-groups
    setpriv --reuid="${owner% *}" --regid="${owner#* }" "$groups" "$@"
  else
    "$@"
  fi
}

# What belongs to a version. Everything else is the user's: settings, data, the repository.
list_entries() {
  printf '%s\n' .ci .dockerignore .env.example .gitattributes .gitignore CHANGELOG.md \
    CONTRIBUTING.md Dockerfile LICENSE README.md alembic.ini backend compose.yaml deploy docs \
    findings frontend pyproject.toml requirements-dev.txt requirements.txt scripts start_server.sh
}

# is_users ENTRY: whether it always belongs to the user.
is_users() {
  case $1 in .git | .env | .venv | data | dist | .upgrade) return 0 ;; *) return 1 ;; esac
}

# An entry is removed before it is replaced, so it must not be or hold anything of the user's.
refuse_to_replace_users() {
  local entry stores
  for entry in $(ls -A "$work/new"); do
    if ! is_users "$entry" && ! list_entries | grep -qxF -- "$entry" &&
      { [ -e "$entry" ] || [ -L "$entry" ]; }; then
      fail "$target contains $entry, but $PWD/$entry exists already: move it away first."
    fi
  done
  # shellcheck disable=SC2046 # several names
  stores=$(PYTHONPATH=backend .venv/bin/python -c '
import os, sys
from pathlib import Path
from app.config import load_settings
settings, here = load_settings(), Path.cwd()
for store in (settings.database_file, settings.image_storage_dir, settings.backup_dir):
    for place in {Path(os.path.abspath(store)), store.resolve()}:
        if place.is_relative_to(here) and place.relative_to(here).parts[0] in sys.argv[1:]:
            print(store)' $(list_entries))
  [ -z "$stores" ] ||
    fail "Data is inside the program's folders, which would be replaced: $stores. Stop the server," \
      "move the data to $PWD/data, and set the new path in .env."
}

# Finds the new version: sets $commit, or unpacks it in $work/new.
fetch() {
  case $target in
    *.tar.gz | *.tgz)
      case $target in /*) ;; *) target=$started_in/$target ;; esac
      mkdir "$work/new"
      tar -xzf "$target" --strip-components=1 -C "$work/new" || fail "$target cannot be unpacked."
      new_version=$(version_in <"$work/new/backend/app/__init__.py") ||
        fail "$target holds no Emberpeak."
      refuse_to_replace_users
      ;;
    *)
      [ -e .git ] || fail "This folder is not a git repository: name the archive of a release."
      [ -z "$(git status --porcelain --untracked-files=no)" ] ||
        fail "Files of the program were changed here: commit or undo that first (git status)."
      git fetch --quiet --tags 2>/dev/null || say "Fetching failed; looking for $target in this repository."
      commit=$(git rev-parse -q --verify "$target^{commit}") ||
        commit=$(git rev-parse -q --verify "origin/$target^{commit}") ||
        fail "There is no version $target."
      old_commit=$(git symbolic-ref -q --short HEAD) || old_commit=$(git rev-parse HEAD)
      new_version=$(git show "$commit:backend/app/__init__.py" | version_in) ||
        fail "$target holds no Emberpeak."
      ;;
  esac
  [ -n "$new_version" ] || fail "$target names no version."
}

# Copies the old version as a whole before anything is replaced.
keep_old() {
  local entry
  mkdir "$work/old"
  cp requirements.txt "$work/requirements.txt"
  [ -z "$commit" ] || return 0
  for entry in $(list_entries); do
    [ ! -e "$entry" ] || cp -a "$entry" "$work/old/"
  done
}

# replace_by FOLDER|COMMIT: replaces this version's files. It uses no return, which in a trap would
# give the status of the command before the trap.
replace_by() {
  if [ -n "$commit" ]; then
    git checkout --quiet --force "$@"
  else
    replace_files "$1"
  fi
}

replace_files() {
  local entry
  for entry in $(list_entries) $(ls -A "$work/new"); do
    ! is_users "$entry" || continue
    rm -rf "./$entry"
    [ ! -e "$1/$entry" ] || cp -a "$1/$entry" .
  done
}

run_server_command() { sh -c "$1"; }

# Undoes the steps in reverse; the variables say how far the upgrade had come.
go_back() {
  trap - EXIT
  set +e
  say "Going back to $old_version."
  run_server_command "$stop" >/dev/null 2>&1
  if [ -n "$replaced" ]; then
    replace_by "${old_commit:-$work/old}" ||
      stuck "the old files of the program are ${old_commit:-in $work/old}"
  fi
  if [ -d "$work/venv" ]; then
    rm -rf .venv && mv "$work/venv" .venv || stuck "the old packages are in $work/venv"
  fi
  if [ -n "$started" ]; then
    as_data_owner scripts/restore.sh "$backup" --force ||
      stuck "restore the backup $backup with scripts/restore.sh"
    say "The data of the backup $backup is restored; the data of the failed version is kept beside it."
  fi
  run_server_command "$start" || stuck "the server could not be started"
  scripts/health.sh --wait "$wait_seconds" --version "$old_version" ||
    stuck "the old version does not come up well"
  rm -rf "$work"
  say "$old_version runs again. The upgrade failed for the reason above."
  exit 1
}

stuck() {
  printf 'GOING BACK FAILED: %s. The backup %s is complete.\n' "$1" "$backup" >&2
  exit 3
}

install_new() {
  if [ -n "$commit" ]; then
    replace_by --detach "$commit"
  else
    replace_by "$work/new"
  fi
  if ! cmp -s requirements.txt "$work/requirements.txt"; then
    mv .venv "$work/venv"
  fi
  # This is the new version's script. It runs in its own shell, because it may exit.
  scripts/install.sh
}

main() {
  read_arguments "$@"
  require requirements.txt
  umask 022
  owner=$(data_owner) || fail "There is no database to upgrade: simply replace the files."
  old_version=$(version_in <backend/app/__init__.py)
  commit='' old_commit='' new_version='' replaced='' started='' backup=''
  work=$PWD/.upgrade
  [ ! -e "$work" ] || fail "$work is left over from an upgrade that was cut off: see docs/operating.md."
  mkdir "$work" || fail "$(id -un) may not write here: run it as the owner of $PWD."
  trap 'rm -rf "$work"' EXIT
  fetch
  say "From $old_version to $new_version. Stopping the server, so that the backup holds everything."
  run_server_command "$stop" || fail "Stopping it failed; nothing was changed."
  say "Backing up."
  local status=0 output
  output=$(as_data_owner scripts/backup.sh) || status=$?
  # Status 1: older backups or live files are damaged, but the new backup was made.
  if [ "$status" -gt 1 ]; then
    run_server_command "$start"
    fail "No backup could be made. The server was started again, and nothing was changed."
  fi
  printf '%s\n' "$output"
  backup=$(printf '%s\n' "$output" | sed -n 's/^Backup \([^:]*\):.*/\1/p')

  trap go_back EXIT
  say "Installing $new_version."
  keep_old
  replaced=yes
  install_new
  say "Starting it; the start upgrades the database."
  started=yes
  run_server_command "$start"
  scripts/health.sh --wait "$wait_seconds" --version "$new_version"
  trap - EXIT
  if [ -z "$commit" ]; then
    # Files of the user may be among them; no list says which.
    mv "$work/old" "$PWD/program-$old_version-$backup"
    say "The old program is in $PWD/program-$old_version-$backup, with any files of your own that" \
      "were in its folders. Take out what you need, then remove it."
  fi
  rm -rf "$work"
  say "$new_version runs. The backup made before the upgrade is $backup."
  exit
}

# Bash has read the whole file when main runs, because the upgrade replaces this file.
main "$@"
