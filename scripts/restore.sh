#!/usr/bin/env bash
# Restores a backup, by its name or path: restore.sh BACKUP [--dry-run] [--force], or restore.sh --list
set -euo pipefail
started_in=$PWD
cd -- "$(dirname -- "$(readlink -f -- "$0" 2>/dev/null || printf %s "$0")")/.." || exit 2
. scripts/environment.sh || exit 2

# Settings come from the project's folder; a path is relative to the caller's folder.
run_command restore --called-from "$started_in" "$@"
