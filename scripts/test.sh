#!/usr/bin/env bash
# Sets up and runs every test. Arguments go to pytest; --long runs the counts the promises name.
# COVERAGE=1 measures what the tests reach too, as .ci/run does: it took 365 s instead of 295.
set -euo pipefail
cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/.."
. scripts/environment.sh
. scripts/browser.sh
. scripts/services.sh

prepare requirements.txt requirements-dev.txt
prepare_browser
prepare_services

# Without bytecode each of the many processes compiles the program again, and each worker all tests.
unset PYTHONDONTWRITEBYTECODE

cores=$(nproc 2>/dev/null || echo 2)
browser_tests="backend/tests/e2e backend/tests/frontend backend/tests/api/test_docs_pages.py
  backend/tests/attacks/test_foreign_pages.py"
if [ $# -eq 0 ] || [ "$*" = --long ]; then
  status=0
  coverage=()
  [ -z "${COVERAGE:-}" ] || coverage=(--cov --cov-report=term --cov-fail-under=95)
  # shellcheck disable=SC2086 # several paths
  # Two for each core: a test mostly waits, but each worker takes 7 s of a core to collect.
  .venv/bin/python -m pytest -n "$((cores * 2))" --dist loadgroup \
    ${browser_tests//backend/--ignore=backend} \
    ${coverage[@]+"${coverage[@]}"} "$@" || status=$?
  # A browser takes most of a core by itself.
  # shellcheck disable=SC2086
  .venv/bin/python -m pytest -n "$((cores * 3 / 2))" --dist loadgroup $browser_tests "$@" || status=$?
  exit "$status"
fi
exec .venv/bin/python -m pytest "$@"
