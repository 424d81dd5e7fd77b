"""The hashes of a backup's own two files, as ``sha256sum -c`` reads them."""

from pathlib import Path

from app.services.backup.errors import DamagedError
from app.services.backup.files import digest_of, read_file, written

DATABASE = "game.db.gz"
MANIFEST = "manifest.jsonl.gz"
SUMS = "SHA256SUMS"


def write_sums(folder: Path, database: str, manifest: str) -> None:
    """Write down the two hashes."""
    with written(folder / SUMS) as out:
        out.write(_text(database, manifest))


def check_sums(folder: Path) -> None:
    """Compare both files, and the list itself, to the last byte.

    Raises:
        DamagedError: When anything differs.
    """
    problems = []
    digests = {}
    for name in (DATABASE, MANIFEST):
        try:
            digests[name] = digest_of(folder / name)
        except DamagedError as error:
            problems.append(str(error))
    listed = read_file(folder / SUMS)
    for name, digest in digests.items():
        if f"{digest}  {name}\n".encode() not in listed:
            problems.append(f"{name} does not have the hash that {SUMS} names")
    if not problems and listed != _text(digests[DATABASE], digests[MANIFEST]):
        problems.append(f"{SUMS} is damaged")
    if problems:
        raise DamagedError(*problems)


def _text(database: str, manifest: str) -> bytes:
    return f"{database}  {DATABASE}\n{manifest}  {MANIFEST}\n".encode()
