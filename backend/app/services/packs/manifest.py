"""``manifest.json``: what a pack holds, one image a line, so that a large one is read in pieces.

It holds what the library knows of each image, and nothing of players, clients and prices. Ids of
the database are left out too: the same images have other ones in another library.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Annotated, BinaryIO, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from app.domain import SubjectType
from app.errors import AppError

NAME = "manifest.json"
_HEAD = '{"format": "emberpeak-pack", "version": 1, "images": ['
_FORMAT = re.compile(r'\{"format": "emberpeak-pack", "version": (\d+), ')
_LONGEST_LINE = 16 * 2**20

_FILE = r"[A-Za-z0-9][A-Za-z0-9_-]{0,199}"
_PREVIEW = r"^(data:image/(webp|png|jpeg);base64,[A-Za-z0-9+/=]{1,20000})?$"
Reason = Literal["missing", "damaged", "unreadable", "changed"]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Text = Annotated[str, Field(max_length=20_000)]
Name = Annotated[str, Field(max_length=1000)]
Side = Annotated[int, Field(ge=1, le=16_383)]


class PackError(AppError):
    """The pack is damaged, or no pack; the message names the file. Nothing was imported."""

    status = 422
    default_reason = "damaged_pack"


class _Facts(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SceneEntry(_Facts):
    """A scene that shows the image, and until when."""

    location: Name
    time_of_day: Name
    weather: Name
    shown_since: AwareDatetime
    expires_at: AwareDatetime


class SentRequest(_Facts):
    """What was sent to the model, byte for byte."""

    path: str
    body: str


class Marks(_Facts):
    """What the stored file says of itself."""

    digital_source_type: str | None
    software: str | None
    has_manifest: bool


class OriginalMarks(_Facts):
    """What the received file said of itself; ``manifest`` names the file with its C2PA manifest."""

    digital_source_type: Text | None
    software: Text | None
    manifest: Annotated[str, Field(pattern=rf"^originals/{_FILE}\.c2pa$")] | None
    manifest_sha256: Sha256 | None


class Papers(_Facts):
    """Where the image came from.

    ``number`` tells which image of its subject it is, ``source_sha256`` is of the bytes received.
    """

    provider: Name | None
    model: Name
    prompt: Text
    style: Text | None
    aspect_ratio: Name
    number: Annotated[int, Field(ge=0, le=2**31)] | None
    milliseconds: Annotated[int, Field(ge=0, le=2**31)]
    request: SentRequest | None
    source_sha256: Annotated[str, Field(max_length=64)]
    original: OriginalMarks
    marks: Marks


class ImageEntry(_Facts):
    """One image; ``file`` and ``thumbnail`` are paths in the pack."""

    file: Annotated[str, Field(pattern=rf"^images/full/{_FILE}\.webp$")]
    thumbnail: Annotated[str, Field(pattern=rf"^images/thumbnails/{_FILE}\.webp$")]
    alt_text: Text
    subject_type: SubjectType
    subject_name: Name
    component: Name
    width: Side
    height: Side
    size_bytes: Annotated[int, Field(ge=1, le=2**30)]
    sha256: Sha256
    thumbnail_sha256: Sha256
    preview: Annotated[
        str, Field(pattern=r"^(data:image/(webp|png|jpeg);base64,[A-Za-z0-9+/=]{1,20000})?$")
    ]
    is_featured: bool
    created_at: AwareDatetime
    scenes: tuple[SceneEntry, ...]
    papers: Papers

    @property
    def stem(self) -> str:
        """Name of the file without folder and extension."""
        return self.file.rpartition("/")[2].removesuffix(".webp")


class LeftOut(_Facts):
    """An image of the library that the pack lacks, and why; "changed" is during the export."""

    file: str
    reason: Reason


class ManifestWriter:
    """Gives the manifest piece by piece."""

    def __init__(self) -> None:
        self._separator = _HEAD + "\n"

    def add(self, entry: ImageEntry) -> bytes:
        """The piece of one more image."""
        piece = self._separator + entry.model_dump_json()
        self._separator = ",\n"
        return piece.encode()

    def end(self, left_out: Iterable[LeftOut]) -> bytes:
        """The last piece."""
        begin = self._separator if self._separator != ",\n" else "\n"
        lacking = ",\n".join(one.model_dump_json() for one in left_out)
        return f'{begin}], "left_out": [{lacking}]}}\n'.encode()


def read_manifest(file: BinaryIO) -> Iterator[ImageEntry]:
    """Read a manifest line by line.

    Raises:
        PackError: When it is not as ``ManifestWriter`` writes it.
    """
    head = file.readline(_LONGEST_LINE).rstrip().decode("utf-8", "replace")
    if head != _HEAD:
        found = _FORMAT.match(head)
        raise PackError(
            f"{NAME} is of a newer version of Emberpeak."
            if found and found[1] != "1"
            else f"{NAME} is not as Emberpeak writes it, with one image a line."
        )
    number = 1
    while not (line := file.readline(_LONGEST_LINE)).startswith(b"]"):
        number += 1
        try:
            yield ImageEntry.model_validate_json(line.rstrip().removesuffix(b","))
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"]))
            raise PackError(f"{NAME}, line {number}: {where} {first['msg']}.") from error
