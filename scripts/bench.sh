#!/usr/bin/env bash
# Measures the performance that the project promises, beside a baseline: bench.sh [group ...]
set -euo pipefail
cd -- "$(dirname -- "$(readlink -f -- "$0" 2>/dev/null || printf %s "$0")")/.." || exit 2
. scripts/environment.sh || exit 2

require requirements.txt
PYTHONPATH=backend exec .venv/bin/python -m scripts.bench.main "$@"
