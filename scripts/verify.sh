#!/usr/bin/env bash
# Compares database and image folder: verify.sh [--repair] [--force]
set -euo pipefail
cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/.."
. scripts/environment.sh

prepare requirements.txt
PYTHONPATH=backend exec .venv/bin/python -m app.commands.verify "$@"
