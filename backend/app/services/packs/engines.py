"""Forms of a pack: what it holds beside the images for one game engine.

Ren'Py, Godot, pygame-ce and pages read WebP; Tiled and others get a PNG beside each image. Most
lists lie at the top of the pack, because engines name files from there.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from io import BytesIO
from typing import ClassVar, Literal, Protocol
from xml.sax.saxutils import quoteattr

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from app.services.packs.archive import PackFile, Spool
from app.services.packs.manifest import ImageEntry
from app.services.packs.static_game import StaticGame
from app.services.provenance.webp import metadata_of

FormName = Literal["plain", "png", "renpy", "tiled", "godot", "pygame", "ink", "static"]


class Form(Protocol):
    """What one form of a pack adds to it."""

    def add(self, entry: ImageEntry, full: bytes) -> Iterable[PackFile]:
        """The files that go with one image; ``full`` is its WebP file."""

    def finish(self) -> Iterable[PackFile]:
        """The files that come after all images."""


class _Plain:
    """Nothing but the images and their manifest."""

    def __init__(self, stack: ExitStack) -> None:
        del stack

    def add(self, entry: ImageEntry, full: bytes) -> Iterable[PackFile]:  # noqa: ARG002
        return ()

    def finish(self) -> Iterable[PackFile]:
        return ()


class _Png(_Plain):
    """A PNG beside each image, for engines that read no WebP."""

    def add(self, entry: ImageEntry, full: bytes) -> Iterable[PackFile]:
        yield PackFile.of(_png_name(entry), png_of(full))


class _List:
    """One text file that gives images names to use in a game."""

    FILE: ClassVar[str]
    HEAD: ClassVar[str]
    TAIL: ClassVar[str] = ""

    def __init__(self, stack: ExitStack) -> None:
        self._list = Spool(stack)
        self._list.write(self.HEAD.encode())
        self._names = Names()

    def add(self, entry: ImageEntry, full: bytes) -> Iterable[PackFile]:  # noqa: ARG002
        for name in self._names.of(entry):
            self._list.write(self.line(name, entry).encode())
        return ()

    def finish(self) -> Iterable[PackFile]:
        self._list.write(self.TAIL.encode())
        yield self._list.file(self.FILE)

    def line(self, name: str, entry: ImageEntry) -> str:
        """What the list says of one image under one of its names."""
        raise NotImplementedError


class _RenPy(_List):
    FILE = "emberpeak.rpy"
    HEAD = """\
# Unpack the pack as the folder game/emberpeak of your project; then, for example:
#     scene emberpeak scene_old_bridge_day_clear
# Self-voicing reads the alternative texts.

"""

    def line(self, name: str, entry: ImageEntry) -> str:
        file = _literal(f"emberpeak/{entry.file}")
        # Ren'Py puts the value of a variable in place of [name].
        alt = _literal(entry.alt_text.replace("[", "[["))
        return f"image emberpeak {name} = Image({file}, alt={alt})\n"


class _Godot(_List):
    FILE = "emberpeak_images.gd"
    HEAD = """\
# Unpack the pack as the folder emberpeak of your project; then, for example:
#     $Sprite.texture = EmberpeakImages.texture("item_lockpicks")
class_name EmberpeakImages

const IMAGES = {
"""
    TAIL = """\
}


static func texture(name):
\treturn load(IMAGES[name]["file"])
"""

    def line(self, name: str, entry: ImageEntry) -> str:
        return f"\t{_literal(name)}: {_described(entry, 'res://emberpeak/')},\n"


class _Pygame(_List):
    FILE = "emberpeak_images.py"
    HEAD = '''\
"""Images of Emberpeak by name, for pygame-ce.

Unpack the pack as the folder emberpeak beside your program; then, for example:

    from emberpeak.emberpeak_images import FOLDER, IMAGES
    surface = pygame.image.load(FOLDER / IMAGES["item_lockpicks"]["file"])
"""

from pathlib import Path

FOLDER = Path(__file__).parent
IMAGES = {
'''
    TAIL = "}\n"

    def line(self, name: str, entry: ImageEntry) -> str:
        return f"    {_literal(name)}: {_described(entry, '')},\n"


class _Ink(_List):
    FILE = "emberpeak.ink"
    HEAD = """\
// Unpack the pack beside the page of your story, and INCLUDE this file; then, for example:
//     # IMAGE: {scene_old_bridge_day_clear}
// The comment behind each name is the alternative text.

"""

    def line(self, name: str, entry: ImageEntry) -> str:
        alt = " ".join(entry.alt_text.split())
        return f'CONST {name} = "{entry.file}" // {alt}\n'


class _Tiled:
    """A tileset that is a collection of images; Tiled may be built without WebP."""

    def __init__(self, stack: ExitStack) -> None:
        self._whole, self._tiles = Spool(stack), Spool(stack)
        self._names = Names()
        self._count = self._width = self._height = 0

    def add(self, entry: ImageEntry, full: bytes) -> Iterable[PackFile]:
        name = next(iter(self._names.of(entry)))
        self._tiles.write(
            f' <tile id="{self._count}" type="{entry.subject_type}">\n'
            "  <properties>\n"
            f'   <property name="alt" value={_attribute(entry.alt_text)}/>\n'
            f'   <property name="name" value={_attribute(name)}/>\n'
            f'   <property name="subject" value={_attribute(entry.subject_name)}/>\n'
            "  </properties>\n"
            f'  <image source="{_png_name(entry)}" width="{entry.width}" '
            f'height="{entry.height}"/>\n'
            " </tile>\n".encode()
        )
        self._count += 1
        self._width = max(self._width, entry.width)
        self._height = max(self._height, entry.height)
        yield PackFile.of(_png_name(entry), png_of(full))

    def finish(self) -> Iterable[PackFile]:
        self._whole.write(
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            f'<tileset version="1.10" name="emberpeak" tilewidth="{self._width}" '
            f'tileheight="{self._height}" tilecount="{self._count}" columns="0">\n'
            ' <grid orientation="orthogonal" width="1" height="1"/>\n'.encode()
        )
        for piece in self._tiles.pieces():
            self._whole.write(piece)
        self._whole.write(b"</tileset>\n")
        yield self._whole.file("emberpeak.tsx")


FORMS: dict[FormName, Callable[[ExitStack], Form]] = {
    "plain": _Plain,
    "png": _Png,
    "renpy": _RenPy,
    "tiled": _Tiled,
    "godot": _Godot,
    "pygame": _Pygame,
    "ink": _Ink,
    "static": StaticGame,
}


class Names:
    """Names of images that are identifiers in every engine: each is given once."""

    def __init__(self) -> None:
        self._given: set[str] = set()

    def of(self, entry: ImageEntry) -> Iterator[str]:
        """The scenes that show it, its subject if it is featured, and always the file's own."""
        kind = entry.subject_type
        short = [
            _identifier("scene", scene.location, scene.time_of_day, scene.weather)
            for scene in entry.scenes
        ]
        if entry.is_featured:
            short.append(_identifier(kind, entry.subject_name))
        for name in short:
            if name is not None and name not in self._given:
                self._given.add(name)
                yield name
        yield f"{kind}_{entry.stem.lower().replace('-', '_')}"


def png_of(webp: bytes) -> bytes:
    """The same image as a PNG with the same mark; a signature does not survive it."""
    metadata = metadata_of(webp)
    info = PngInfo()
    if metadata["xmp"]:
        info.add_itxt("XML:com.adobe.xmp", metadata["xmp"].decode())
    buffer = BytesIO()
    with Image.open(BytesIO(webp), formats=("WEBP",)) as image:
        image.load()
        image.info.clear()
        image.save(buffer, "PNG", exif=metadata["exif"], pnginfo=info, compress_level=6)
    return buffer.getvalue()


def _png_name(entry: ImageEntry) -> str:
    return entry.file.removesuffix(".webp") + ".png"


def _identifier(*words: str) -> str | None:
    """Words as one name; None if one of them is of letters that no engine takes."""
    plain = [re.sub(r"[^a-z0-9]+", "_", word.lower()).strip("_") for word in words]
    return "_".join(plain) if all(plain) else None


def _literal(text: str) -> str:
    """A text as JSON writes it, which Python and GDScript read the same."""
    return json.dumps(text, ensure_ascii=False)


def _described(entry: ImageEntry, folder: str) -> str:
    facts = {
        "file": folder + entry.file,
        "alt": entry.alt_text,
        "width": entry.width,
        "height": entry.height,
    }
    return json.dumps(facts, ensure_ascii=False)


def _attribute(text: str) -> str:
    allowed = "".join(char for char in text if char >= " " and char not in "\ufffe\uffff")
    return quoteattr(allowed)
