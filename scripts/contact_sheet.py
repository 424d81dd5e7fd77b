"""Paint the README's contact sheet: places, items and portraits of the local painter.

Run as ``.venv/bin/python scripts/contact_sheet.py [output]``. The same checkout gives the
same file.
"""

import argparse
import sys
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "backend"))

from app.domain import (  # noqa: E402 - needs the path set above
    AspectRatio,
    ImageRequest,
    SceneSetting,
    SubjectType,
)
from pixel_artist import paint  # noqa: E402 - needs the path set above
from pixel_artist.palette import limit  # noqa: E402 - needs the path set above

GAP = 6
COLUMNS = 4
GROUND = (18, 14, 28)
SCENES = (
    ("Town Square", "night", "clear"),
    ("Market Street", "day", "clear"),
    ("Starting Tavern", "dusk", "rain"),
    ("City Gates", "dusk", "clear"),
    ("Forest Path", "dawn", "clear"),
    ("Hidden Grove", "night", "clear"),
    ("Cemetery", "night", "clear"),
    ("Old Bridge", "day", "storm"),
    ("Bandit Camp", "night", "clear"),
    ("Dark Cave", "dusk", "clear"),
    ("Mine Entrance", "day", "snow"),
    ("Shaft Junction", "day", "clear"),
    ("Crystal Cavern", "night", "clear"),
    ("Underground River", "day", "clear"),
    ("Deep Chamber", "day", "clear"),
    ("Rune Chamber", "night", "clear"),
)
ITEMS = ("Dagger", "Healing Potion", "Rope", "Torch", "Miner's Note", "Sealing Stone")
CHARACTERS = (
    "Elf wizard",
    "Orc fighter",
    "Giant Spider",
    "Friendly innkeeper",
    "Dire Wolf",
    "Hooded rogue",
)


def scene_picture(place: str, hour: str, weather: str) -> Image.Image:
    """One place on a canvas of 336 x 189."""
    setting = SceneSetting(place, hour, weather)
    return paint(ImageRequest(SubjectType.SCENE, place, place, AspectRatio.WIDE, setting))


def square_picture(kind: SubjectType, name: str) -> Image.Image:
    """One item or character on a canvas of 256 x 256."""
    return paint(ImageRequest(kind, name, f"A picture of {name}", AspectRatio.SQUARE))


def hang(pictures: list[Image.Image], columns: int) -> Image.Image:
    """Arrange pictures of one size in rows; mode RGB."""
    width, height = pictures[0].size
    rows = -(-len(pictures) // columns)
    wall = Image.new("RGB", (columns * (width + GAP) + GAP, rows * (height + GAP) + GAP), GROUND)
    for number, picture in enumerate(pictures):
        spot = (
            GAP + number % columns * (width + GAP),
            GAP + number // columns * (height + GAP),
        )
        wall.paste(picture.convert("RGB"), spot)
    return wall


def contact_sheet() -> Image.Image:
    """The whole sheet; mode P, because 256 colours are enough at this size."""
    scenes = hang([scene_picture(*words) for words in SCENES], COLUMNS)
    squares = [square_picture(SubjectType.ITEM, name) for name in ITEMS]
    squares += [square_picture(SubjectType.CHARACTER, name) for name in CHARACTERS]
    side = (scenes.width - GAP) // len(ITEMS) - GAP
    # Cropped, because scaling would blur the pixels.
    edge = (256 - side) // 2
    shelf = hang(
        [image.crop((edge, edge, edge + side, edge + side)) for image in squares], len(ITEMS)
    )
    sheet = Image.new("RGB", (scenes.width, scenes.height + shelf.height - GAP), GROUND)
    sheet.paste(scenes, (0, 0))
    sheet.paste(shelf, (0, scenes.height - GAP))
    return limit(sheet, 256)


def main() -> int:
    """Write the sheet and print its path."""
    parser = argparse.ArgumentParser(description="Paint the README's contact sheet.")
    usual = ROOT / "docs" / "images" / "pixel-artist.png"
    parser.add_argument("output", type=Path, nargs="?", default=usual, help="PNG to write")
    output: Path = parser.parse_args().output
    output.parent.mkdir(parents=True, exist_ok=True)
    contact_sheet().save(output, "PNG", optimize=True)
    print(f"{output} ({output.stat().st_size // 1024} KiB)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
