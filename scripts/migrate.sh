#!/usr/bin/env bash
# Imports the old game's images from a saved LocalStorage: migrate.sh dump.json [--url ...] [--dry-run]
# or from the old backend's library: migrate.sh --from-server FOLDER [--dry-run]
set -euo pipefail
started_in=$PWD
cd -- "$(dirname -- "$(readlink -f -- "$0" 2>/dev/null || printf %s "$0")")/.." || exit 2
. scripts/environment.sh || exit 2

require requirements.txt
project=$PWD
# The file's name is relative to the caller's folder. -P keeps modules of that folder out.
cd -- "$started_in" || exit 2
PYTHONPATH="$project/backend" exec "$project/.venv/bin/python" -P -m app.cli migrate "$@"
