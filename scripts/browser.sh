# Sourced by test.sh: finds a Chromium for the tests in a real browser, and installs Debian's
# where there is none and it may.

find_browser() {
  local candidate
  for candidate in chromium chromium-browser google-chrome google-chrome-stable; do
    if command -v "$candidate" >/dev/null 2>&1; then
      command -v "$candidate"
      return
    fi
  done
}

prepare_browser() {
  EMBERPEAK_BROWSER=${EMBERPEAK_BROWSER:-$(find_browser)}
  if [ -z "$EMBERPEAK_BROWSER" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    printf 'Installing chromium for the browser tests ...\n'
    { apt-get update -qq && apt-get install -y -qq chromium; } >/dev/null 2>&1 ||
      printf 'Installing chromium failed.\n' >&2
    EMBERPEAK_BROWSER=$(find_browser)
  fi
  if [ -z "$EMBERPEAK_BROWSER" ]; then
    printf 'No Chromium was found and it may not be installed here: browser tests will fail.\n' >&2
    printf 'Install chromium, or name one in EMBERPEAK_BROWSER.\n' >&2
  fi
  export EMBERPEAK_BROWSER
}
