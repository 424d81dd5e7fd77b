# Sourced by test.sh: finds the browser and servers that tests run, and the page's checkers. Installs
# what is missing if it can, and names it if it cannot.

# Debian keeps daemons in sbin, which is not on every path.
PATH=$PATH:/usr/local/sbin:/usr/sbin

find_browser() {
  local candidate
  for candidate in chromium chromium-browser google-chrome google-chrome-stable; do
    if command -v "$candidate" >/dev/null 2>&1; then
      command -v "$candidate"
      return
    fi
  done
}

# missing_tools all|everyday: prints the Debian packages of missing programs.
missing_tools() {
  [ -n "${EMBERPEAK_BROWSER:-}" ] || [ -n "$(find_browser)" ] || printf 'chromium '
  [ "$1" = everyday ] && return
  command -v nginx >/dev/null 2>&1 || printf 'nginx-light '
  { command -v prometheus && command -v promtool; } >/dev/null 2>&1 || printf 'prometheus '
}

may_install() {
  [ -z "${EMBERPEAK_NO_APT:-}" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1
}

install_tools() (
  # Tests start these servers themselves. Keep Debian from starting them as services.
  policy=/usr/sbin/policy-rc.d
  if [ ! -e "$policy" ]; then
    trap 'rm -f "$policy"' EXIT
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod +x "$policy"
  fi
  apt-get update -qq &&
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"
)

prepare_tools() {
  local missing
  missing=$(missing_tools "$1")
  if [ -n "$missing" ] && may_install; then
    printf 'Installing Debian packages for the tests: %s(EMBERPEAK_NO_APT=1 skips this) ...\n' \
      "$missing"
    # shellcheck disable=SC2086 # several names
    install_tools $missing >/dev/null 2>&1 || printf 'Installing them failed.\n' >&2
    missing=$(missing_tools "$1")
  fi
  if [ -n "$missing" ]; then
    printf 'Missing: %s. Tests that need them are skipped.\n' "${missing% }" >&2
  fi
  EMBERPEAK_BROWSER=${EMBERPEAK_BROWSER:-$(find_browser)}
  export EMBERPEAK_BROWSER
  .venv/bin/python scripts/page_tools.py
}
