#!/usr/bin/env bash
# Measures the figures that the project promises, side by side with a baseline: bench.sh [row ...]
set -euo pipefail
cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/.."
. scripts/environment.sh

prepare requirements.txt
PYTHONPATH=backend exec .venv/bin/python -m scripts.bench.main "$@"
