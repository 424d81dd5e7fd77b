"""What a backup holds: one line for the whole, then one for each file."""

import gzip
import io
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from app.services.backup.errors import BackupError, DamagedError
from app.services.backup.files import compressed, opened, written
from app.services.storage.layout import FOLDERS, is_file_name

FORMAT = 1
_DIGEST = r"^[0-9a-f]{64}$"


class _Format(BaseModel):
    format: int


class Header(BaseModel):
    """The whole of a backup; hash and size are those of the database before compression."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: int
    made_at: str
    program: str
    revision: str
    database_sha256: str = Field(pattern=_DIGEST)
    database_bytes: int = Field(ge=0)
    pictures: int = Field(ge=0)
    files: int = Field(ge=0)


class Entry(BaseModel):
    """One file that a row names, relative to the image folder.

    ``damaged`` and ``missing`` say how the live file was when nothing better was to be had.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: str
    sha256: str | None = Field(None, pattern=_DIGEST)
    size: int = Field(0, ge=0)
    state: Literal["whole", "damaged", "missing"] = "whole"

    @field_validator("path")
    @classmethod
    def _stay_inside(cls, path: str) -> str:
        if not is_inside(path):
            raise ValueError("no path of a picture")
        return path

    @model_validator(mode="after")
    def _fit_state(self) -> Self:
        if (self.sha256 is None) != (self.state == "missing"):
            raise ValueError("a hash for what is there, and none for what is not")
        return self


def is_inside(path: str) -> bool:
    """Whether a path is one of ours, such as ``full/Old_Mill_....webp``, and leads nowhere else."""
    folder, _, name = path.partition("/")
    return folder in FOLDERS and is_file_name(name)


def write_manifest(path: Path, header: Header, entries: Iterable[Entry]) -> str:
    """Write the compressed manifest; gives the hash of the file."""
    with written(path) as out:
        with compressed(out) as plain:
            plain.write(header.model_dump_json().encode() + b"\n")
            for entry in entries:
                plain.write(entry.model_dump_json(exclude_defaults=True).encode() + b"\n")
        return out.digest


def read_manifest(path: Path) -> tuple[Header, list[Entry]]:
    """Read a manifest.

    Raises:
        DamagedError: When it cannot be read, names a file twice, or one outside the folder.
        BackupError: When a newer version of the program wrote it.
    """
    try:
        with opened(path) as file, gzip.open(file) as plain:
            lines = iter(io.BufferedReader(plain))
            header = _header(next(lines, b""))
            entries = list(_entries(lines))
    except (OSError, EOFError, zlib.error) as error:
        raise DamagedError(f"{path.name} cannot be read: {error}") from error
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]
        raise DamagedError(
            f"{path.name} holds what no backup has: {problem['msg']}: {problem['input']!r:.200}"
        ) from error
    if len(entries) != header.files or len({entry.path for entry in entries}) != header.files:
        raise DamagedError(f"{path.name} does not hold the files that it counts")
    return header, entries


def _header(line: bytes) -> Header:
    # Before anything else is looked at: another format may well have other fields.
    number = _Format.model_validate_json(line).format
    if number != FORMAT:
        raise BackupError(
            f"the backup has format {number}, which another version of Emberpeak wrote: "
            "update the program"
        )
    return Header.model_validate_json(line)


def _entries(lines: Iterator[bytes]) -> Iterator[Entry]:
    for line in lines:
        yield Entry.model_validate_json(line)
