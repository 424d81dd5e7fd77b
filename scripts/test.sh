#!/usr/bin/env bash
# Sets up and runs the tests: test.sh [--all | --long] [arguments of pytest, such as paths].
# By default it runs the everyday suite. --all adds kills, floods, fuzz, a short soak, nginx and
# Prometheus; --long runs all of them with full counts. COVERAGE=1 measures coverage.
set -euo pipefail
cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/.."
. scripts/environment.sh
. scripts/test_tools.sh

tier=everyday
case "${1:-}" in
--all | --long)
  tier=${1#--}
  shift
  ;;
esac
options=()
[ "$tier" != everyday ] || [ $# -gt 0 ] || options=(-m "not thorough")
[ "$tier" != long ] || options=(--long)

prepare requirements.txt requirements-dev.txt
if [ $# -gt 0 ]; then
  prepare_tools all
else
  prepare_tools "$tier"
fi

# Without bytecode every process compiles the program again, and every worker all tests.
unset PYTHONDONTWRITEBYTECODE

cores=$(nproc 2>/dev/null || sysctl -n hw.ncpu 2>/dev/null || echo 2)
# Two for each core: tests mostly wait, but each worker takes 7 s of a core to collect them.
workers=$((cores * 2))

if [ $# -gt 0 ]; then
  case "$*" in *::*) workers=0 ;; esac # a single test is quicker without workers
  exec .venv/bin/python -m pytest -n "$workers" --dist loadgroup \
    ${options[@]+"${options[@]}"} "$@"
fi

browser_tests="backend/tests/e2e backend/tests/frontend backend/tests/api/routes/test_docs_pages.py
  backend/tests/attacks/test_foreign_pages.py"
coverage=()
[ -z "${COVERAGE:-}" ] || coverage=(--cov --cov-report=term --cov-fail-under=95)
status=0
# shellcheck disable=SC2086 # several paths
.venv/bin/python -m pytest -n "$workers" --dist loadgroup ${browser_tests//backend/--ignore=backend} \
  ${coverage[@]+"${coverage[@]}"} ${options[@]+"${options[@]}"} || status=$?
# A browser alone takes most of a core.
# shellcheck disable=SC2086
.venv/bin/python -m pytest -n "$((cores * 3 / 2))" --dist loadgroup $browser_tests \
  ${options[@]+"${options[@]}"} || status=$?
exit "$status"
