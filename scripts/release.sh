#!/usr/bin/env bash
# Makes a release of the commit: the tag v0.2.0, and dist/emberpeak-0.2.0.tar.gz with its checksum.
# The version is in backend/app/__init__.py, its news in CHANGELOG.md.
set -euo pipefail
cd -- "$(dirname -- "$(readlink -f -- "$0" 2>/dev/null || printf %s "$0")")/.." || exit 2
. scripts/environment.sh || exit 2

python=$(find_python)
version=$(sed -n 's/^__version__ = "\(.*\)"$/\1/p' backend/app/__init__.py)
[ -n "$version" ] || fail "backend/app/__init__.py names no version."
name=emberpeak-$version

# The section of this version in CHANGELOG.md, without its heading.
news() {
  awk -v version="$version" '
    /^## / { mine = ($2 == version); next }
    mine { print }' CHANGELOG.md
}

[ -z "$(git status --porcelain)" ] || fail "Commit first: a release holds only what is committed."
[ -n "$(news | tr -d '[:space:]')" ] || fail "CHANGELOG.md has no section '## $version'."
! git rev-parse -q --verify "refs/tags/v$version" >/dev/null ||
  fail "The tag v$version exists already: raise the version."

mkdir -p dist
# -n leaves the date out, so the same commit gives the same bytes.
git archive --format=tar --prefix="$name/" HEAD | gzip -9n >"dist/$name.tar.gz"
(
  cd dist
  "$python" -c 'import hashlib, pathlib, sys
print(hashlib.sha256(pathlib.Path(sys.argv[1]).read_bytes()).hexdigest(), "", sys.argv[1])' \
    "$name.tar.gz" >"$name.tar.gz.sha256"
)
# The tag comes last, because it marks the release as complete.
{ printf 'Emberpeak %s\n\n' "$version" && news; } |
  git tag --annotate --cleanup=whitespace "v$version" --file=-
printf 'Tagged v%s. Publish it: git push origin v%s, and %s with its .sha256.\n' \
  "$version" "$version" "dist/$name.tar.gz"
