"""Types that all layers share."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, NamedTuple

# What images of the local painter say in `model_used`.
PIXEL_ARTIST_MODEL = "pixel-artist"

SourceType = Literal["trainedAlgorithmicMedia", "algorithmicMedia"]
"""What made an image, in the IPTC's words: a model, or a program that learned nothing."""

AskedBy = Literal["you", "operator", "another_player", "unknown"]
"""Whose request an image answers; the values are part of the HTTP contract."""

ImportOutcome = Literal["stored", "already_there", "skipped", "failed"]
"""What became of a file of another tool; the values are part of the HTTP contract."""

FolderTrouble = Literal["image_folder_missing", "image_folder_empty", "image_folder_foreign"]
"""Why the image folder is not this library's: not there, without a marker, or with another's."""
ClockDoubt = Literal["clock_ahead"]
Doubt = FolderTrouble | ClockDoubt
"""Why a clean-up looks like a mistake, and must be forced."""


class SubjectType(StrEnum):
    """What an image shows; the values are part of the HTTP contract."""

    SCENE = "scene"
    ITEM = "item"
    CHARACTER = "character"


class AspectRatio(StrEnum):
    """Width to height; the values are part of the HTTP contract and of Gemini's wire format."""

    SQUARE = "1:1"
    WIDE = "16:9"
    CLASSIC = "4:3"
    TALL = "9:16"


class FindingKind(StrEnum):
    """What a self-check can find; the values are part of the HTTP contract."""

    DATABASE = "database"
    IMAGE_FOLDER = "image_folder"
    BROKEN_LINK = "broken_link"
    SEVERAL_FEATURED = "several_featured"
    BROKEN_ROW = "broken_row"
    MISSING_FILE = "missing_file"
    DAMAGED_FILE = "damaged_file"
    UNREADABLE_FILE = "unreadable_file"
    RETURNED_FILE = "returned_file"
    MISSING_THUMBNAIL = "missing_thumbnail"
    DAMAGED_THUMBNAIL = "damaged_thumbnail"
    STRAY_FILE = "stray_file"
    FOREIGN_FILE = "foreign_file"


@dataclass(frozen=True, slots=True)
class SceneSetting:
    """The three words that make a scene.

    Attributes:
        location: Name of the place, as a person would read it.
        time_of_day: Hour in words, such as ``dusk``.
        weather: Weather in words, such as ``light rain``.
    """

    location: str
    time_of_day: str
    weather: str


@dataclass(frozen=True, slots=True)
class ImageRequest:
    """One image to be made, in a provider's own terms.

    Attributes:
        subject_type: Scene, item or character.
        subject_name: Name of what is shown.
        prompt: The whole prompt, style included.
        aspect_ratio: Width to height.
        setting: The scene's three words, where the image is of a scene.
        variation: The image's number among those of its subject, so that a local painter
            makes a new one and can still make the same one again.
        request_id: Id of the HTTP request that caused the image, for logs and tracing.
    """

    subject_type: SubjectType
    subject_name: str
    prompt: str
    aspect_ratio: AspectRatio = AspectRatio.WIDE
    setting: SceneSetting | None = None
    variation: int = 0
    request_id: str | None = None


@dataclass(frozen=True, slots=True)
class GeneratedImage:
    """A provider's answer, not yet checked.

    Attributes:
        data: Encoded image (PNG, JPEG or WebP), foreign until the storage has checked it.
        model: Model that made it, as the provider names it.
        others: Further images of the same answer, taken where ``data`` cannot be decoded.
        lossless: Whether the stored copy must keep every pixel.
        source_type: What made it; None if that is not known for sure.
        provider: Short name of who made it; None if that is not known.
        request_path: Path of the address that was asked; None if there was no request.
        request_body: The body exactly as it was sent.
        prompt_tokens: Tokens billed for the prompt, where the provider tells.
        output_tokens: Tokens billed for the answer, where the provider tells.
    """

    data: bytes
    model: str
    others: tuple[bytes, ...] = ()
    lossless: bool = False
    source_type: SourceType | None = None
    provider: str | None = None
    request_path: str | None = None
    request_body: str | None = None
    prompt_tokens: int | None = None
    output_tokens: int | None = None


class FileStamp(NamedTuple):
    """Tells one content of a file from another: its size in bytes, and when it was written."""

    size: int
    modified_ns: int


class LibraryVersion(NamedTuple):
    """The state of the database at one moment.

    Attributes:
        number: Rises with every commit that changes what readers see; counts of uses do not.
        commits: Changes with every commit of any process: how often the connection was opened,
            and how many commits it has seen since.
    """

    number: int
    commits: tuple[int, int]
