"""Files of a pack on their way out: as a zip in one stream, or into a folder.

The zip is written here because no package does what is needed: sizes and check sums before each
file, which Java and others ask of a stream; the same bytes each time; and a list of contents that
is not kept in memory. The format: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
"""

import struct
import zlib
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import SpooledTemporaryFile

_IN_MEMORY = 4 * 2**20
_PIECE = 2**18

_LOCAL = struct.Struct("<4s5H3I2H")
_CENTRAL = struct.Struct("<4s6H3I5H2I")
_END = struct.Struct("<4s4H2IH")
_END_64 = struct.Struct("<4sQ2H2I4Q")
_LOCATOR = struct.Struct("<4sIQI")
_PLAIN, _LARGE = 20, 45  # versions of the format
_UTF8 = 0x0800
_TIME, _DATE = 0, 0x21  # midnight of 1980-01-01, the first that a zip knows
_UNIX, _MODE = 3 << 8, 0o100644 << 16


@dataclass(frozen=True, slots=True)
class PackFile:
    """One file of a pack; its pieces can be read once."""

    name: str
    size: int
    crc: int
    pieces: Iterable[bytes]

    @classmethod
    def of(cls, name: str, data: bytes) -> "PackFile":
        """A file that is in memory."""
        return cls(name, len(data), zlib.crc32(data), (data,))


class Spool:
    """What is gathered piece by piece; beyond a few MB it lies in a temporary file.

    Args:
        stack: Closes it.
    """

    def __init__(self, stack: ExitStack) -> None:
        self._file = stack.enter_context(SpooledTemporaryFile(_IN_MEMORY))  # noqa: SIM115 - the stack closes it
        self._crc = 0
        self.size = 0

    def write(self, piece: bytes) -> None:
        """Add a piece."""
        self._file.write(piece)
        self._crc = zlib.crc32(piece, self._crc)
        self.size += len(piece)

    def pieces(self) -> Iterator[bytes]:
        """Everything from the beginning."""
        self._file.seek(0)
        while piece := self._file.read(_PIECE):
            yield piece

    def file(self, name: str) -> PackFile:
        """The same as a file of the pack; nothing may be added any more."""
        return PackFile(name, self.size, self._crc, self.pieces())


def zipped(files: Iterable[PackFile], *, limit: int = 2**32 - 1) -> Iterator[bytes]:
    """Put files into a zip without compressing them; WebP is packed as tightly as it gets.

    Args:
        files: Each is read when its turn comes.
        limit: The first number that the fields of 32 bits cannot hold.
    """
    offset = count = 0
    with ExitStack() as stack:
        contents = Spool(stack)
        for file in files:
            header = _local_header(file, limit)
            contents.write(_listed(file, offset, limit))
            yield header
            yield from file.pieces
            offset += len(header) + file.size
            count += 1
        yield from contents.pieces()
        yield _end(count, contents.size, offset, limit)


def _local_header(file: PackFile, limit: int) -> bytes:
    name, sizes, extra = _described(file, limit)
    version = _LARGE if extra else _PLAIN
    fixed = (version, _UTF8, 0, _TIME, _DATE, file.crc, sizes, sizes)
    return _LOCAL.pack(b"PK\3\4", *fixed, len(name), len(extra)) + name + extra


def _listed(file: PackFile, offset: int, limit: int) -> bytes:
    name, sizes, extra = _described(file, limit)
    if offset >= limit:
        numbers = extra[4:] + struct.pack("<Q", offset)
        extra = struct.pack("<2H", 1, len(numbers)) + numbers
        offset = 2**32 - 1
    version = _LARGE if extra else _PLAIN
    fixed = (_UNIX | version, version, _UTF8, 0, _TIME, _DATE, file.crc, sizes, sizes)
    lengths = (len(name), len(extra), 0, 0, 0)
    return _CENTRAL.pack(b"PK\1\2", *fixed, *lengths, _MODE, offset) + name + extra


def _described(file: PackFile, limit: int) -> tuple[bytes, int, bytes]:
    """Name, both sizes, and the field that holds the sizes if they are too large."""
    if file.size < limit:
        return file.name.encode(), file.size, b""
    return file.name.encode(), 2**32 - 1, struct.pack("<2H2Q", 1, 16, file.size, file.size)


def _end(count: int, size: int, offset: int, limit: int) -> bytes:
    large = b""
    if max(size, offset) >= limit or count >= 2**16 - 1:
        rest = (_UNIX | _LARGE, _LARGE, 0, 0, count, count, size, offset)
        large = _END_64.pack(b"PK\6\6", _END_64.size - 12, *rest)
        large += _LOCATOR.pack(b"PK\6\7", 0, offset + size, 1)
        count, size, offset = 2**16 - 1, 2**32 - 1, 2**32 - 1
    return large + _END.pack(b"PK\5\6", 0, 0, count, count, size, offset, 0)


def write_folder(files: Iterable[PackFile], folder: Path) -> None:
    """Write files below a folder.

    Raises:
        OSError: When one cannot be written.
    """
    for file in files:
        path = folder / file.name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as out:
            for piece in file.pieces:
                out.write(piece)
