#!/usr/bin/env bash
# Restores a backup, by its name or path: restore.sh BACKUP [--dry-run] [--force], or restore.sh --list
set -euo pipefail
started_in=$PWD
cd -- "$(dirname -- "$(readlink -f -- "$0" 2>/dev/null || printf %s "$0")")/.." || exit 2
. scripts/environment.sh || exit 2

# Settings are read from the project's folder; a path is meant from where this was called.
run_command restore --called-from "$started_in" "$@"
