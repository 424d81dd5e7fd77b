#!/usr/bin/env bash
# Moves the old game's pictures from a saved LocalStorage: migrate.sh dump.json [--url ...] [--dry-run]
# or the old backend's library: migrate.sh --from-server FOLDER [--dry-run]
set -euo pipefail
started_in=$PWD
cd -- "$(dirname -- "$(readlink -f -- "$0" 2>/dev/null || printf %s "$0")")/.." || exit 2
. scripts/environment.sh || exit 2

require requirements.txt
project=$PWD
# Back to where it was called: the file's name is meant from there. -P: no module is, though.
cd -- "$started_in" || exit 2
PYTHONPATH="$project/backend" exec "$project/.venv/bin/python" -P -m app.cli migrate "$@"
