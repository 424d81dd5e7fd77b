#!/usr/bin/env bash
# Backs up the database and its pictures into BACKUP_DIR, beside a running server; made for cron.
set -euo pipefail
cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/.."
. scripts/environment.sh

prepare requirements.txt
PYTHONPATH=backend exec .venv/bin/python -m app.commands.backup "$@"
