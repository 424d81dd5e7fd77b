#!/usr/bin/env bash
# Takes images along as a zip or a folder: export.sh OUTPUT [--form ...] [--place ...] [--item ...] [--character ...] [--featured]
set -euo pipefail
started_in=$PWD
cd -- "$(dirname -- "$(readlink -f -- "$0" 2>/dev/null || printf %s "$0")")/.." || exit 2
. scripts/environment.sh || exit 2

# Settings come from the project's folder; a path is relative to the caller's folder.
run_command export --called-from "$started_in" "$@"
