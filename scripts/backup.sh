#!/usr/bin/env bash
# Backs up the database and its images to BACKUP_DIR, beside a running server; made for cron.
set -euo pipefail
cd -- "$(dirname -- "$(readlink -f -- "$0" 2>/dev/null || printf %s "$0")")/.." || exit 2
. scripts/environment.sh || exit 2

run_command backup "$@"
