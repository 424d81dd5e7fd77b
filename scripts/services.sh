# Sourced by test.sh: finds the real nginx and Prometheus that tests run, and installs Debian's
# where there are none and it may.

# Debian keeps daemons in sbin, which is not on everybody's path.
PATH=$PATH:/usr/local/sbin:/usr/sbin

missing_services() {
  command -v nginx >/dev/null 2>&1 || printf '%s\n' nginx-light
  if ! command -v prometheus >/dev/null 2>&1 || ! command -v promtool >/dev/null 2>&1; then
    printf '%s\n' prometheus
  fi
}

install_services() (
  # They are for the tests to start; Debian would start them as services at once.
  policy=/usr/sbin/policy-rc.d
  if [ ! -e "$policy" ]; then
    trap 'rm -f "$policy"' EXIT
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod +x "$policy"
  fi
  apt-get update -qq &&
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"
)

prepare_services() {
  local missing
  mapfile -t missing < <(missing_services)
  if [ ${#missing[@]} -gt 0 ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    printf 'Installing %s for the tests ...\n' "${missing[*]}"
    install_services "${missing[@]}" >/dev/null 2>&1 ||
      printf 'Installing %s failed.\n' "${missing[*]}" >&2
    mapfile -t missing < <(missing_services)
  fi
  if [ ${#missing[@]} -gt 0 ]; then
    printf 'Not found: %s, and not to be installed here: some tests will fail.\n' \
      "${missing[*]}" >&2
  fi
}
