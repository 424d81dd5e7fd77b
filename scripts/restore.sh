#!/usr/bin/env bash
# Restores a backup, by its name or path: restore.sh BACKUP [--dry-run] [--force], or restore.sh --list
set -euo pipefail
started_in=$PWD
cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/.."
. scripts/environment.sh

prepare requirements.txt
# Settings are read from the project's folder; a path is meant from where this was called.
PYTHONPATH=backend exec .venv/bin/python -m app.commands.restore --called-from "$started_in" "$@"
