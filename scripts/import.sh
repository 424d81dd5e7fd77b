#!/usr/bin/env bash
# Imports images of other tools, or a pack: import.sh FOLDER|ZIP|IMAGE [--dry-run] [--rules FILE] [--remove-hidden]
set -euo pipefail
started_in=$PWD
cd -- "$(dirname -- "$(readlink -f -- "$0" 2>/dev/null || printf %s "$0")")/.." || exit 2
. scripts/environment.sh || exit 2

# Settings come from the project's folder; a path is relative to the caller's folder.
run_command import --called-from "$started_in" "$@"
