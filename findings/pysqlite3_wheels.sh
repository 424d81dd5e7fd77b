#!/usr/bin/env bash
# pysqlite3 has wheels for macOS on ARM, but not for Linux on ARM: there pip starts a compiler.
#
# Versions: pysqlite3 0.6.1, as pip chooses for CPython 3.11; seen 2026-12-01.
# Wheels are there for glibc from 2.28 and musl on x86_64, for macOS on ARM and for Windows on
# AMD64; none for Linux on ARM, macOS on Intel, or a glibc before 2.28.
# Matters to us: a pin without a marker ends the install on ARM boards without a compiler.
# In the library: its files on the Python Package Index.
# Output seen: a wheel for the first four, "No matching distribution found" for the others.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"

# expect YES_OR_NO NAME PLATFORM...: whether pip finds a wheel for any of these platforms.
expect() {
  local wanted=$1 name=$2 found=yes platforms=()
  shift 2
  for platform in "$@"; do
    platforms+=(--platform "$platform")
  done
  "$folder/venv/bin/pip" download -q pysqlite3==0.6.1 --no-deps --only-binary :all: \
    --python-version 3.11 --implementation cp "${platforms[@]}" -d "$folder/wheels" \
    >"$folder/log" 2>&1 || found=no
  if [ "$found" = no ] && ! grep -q "No matching distribution found" "$folder/log"; then
    cat "$folder/log"
    exit 1
  fi
  echo "$name: $found"
  if [ "$found" != "$wanted" ]; then
    echo "Whether pysqlite3 0.6.1 has a wheel for $name has changed: it was $wanted."
    exit 1
  fi
}

expect yes "Linux on x86_64" manylinux_2_28_x86_64 manylinux_2_17_x86_64
expect yes "Alpine on x86_64" musllinux_1_2_x86_64
expect yes "macOS on ARM" macosx_14_0_arm64
expect yes "Windows on AMD64" win_amd64
expect no "Linux on ARM" manylinux_2_34_aarch64 manylinux_2_28_aarch64 manylinux_2_17_aarch64
expect no "Alpine on ARM" musllinux_1_2_aarch64
expect no "macOS on Intel" macosx_14_0_x86_64 macosx_10_13_x86_64
expect no "Linux on x86_64 with an old glibc" manylinux_2_17_x86_64
echo "as found"
