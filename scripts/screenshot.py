"""Photograph the game for the README: ``python scripts/screenshot.py``.

Starts the server in a temporary folder, plays a few moves by script in a real Chromium, and
writes docs/images/game.png at 1440 x 900. The dice are fixed, so every run shows the same game.
"""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "backend"))

from PIL import Image  # noqa: E402 - needs the path set above
from playwright.sync_api import (  # noqa: E402 - needs the path set above
    Page,
    expect,
    sync_playwright,
)

from tests.support.game_page import GamePage  # noqa: E402 - needs the path set above
from tests.support.server_process import server_process  # noqa: E402 - needs the path set above

PICTURE = ROOT / "docs" / "images" / "game.png"
WIDTH, HEIGHT = 1440, 900


def main() -> int:
    """Play and photograph; gives the exit status."""
    path = os.environ.get("EMBERPEAK_BROWSER") or shutil.which("chromium")
    if not path:
        print("no Chromium: install one, or name it in EMBERPEAK_BROWSER", file=sys.stderr)
        return 1
    with (
        tempfile.TemporaryDirectory() as folder,
        server_process(Path(folder)) as server,
        chromium_page(path) as page,
    ):
        game = GamePage(page, server.url)
        play(game)
        PICTURE.parent.mkdir(parents=True, exist_ok=True)
        photograph(page)
    print(f"wrote {PICTURE.relative_to(ROOT)}")
    return 0


@contextmanager
def chromium_page(path: str) -> Iterator[Page]:
    """A page with reduced motion, because an animation would change the screenshot."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, reduced_motion="reduce")
        browser.close()


def photograph(page: Page) -> None:
    """Write the picture with few enough colours to be small."""
    picture = Image.open(BytesIO(page.screenshot())).convert("RGB")
    few = picture.quantize(256, Image.Quantize.MAXCOVERAGE, kmeans=4, dither=Image.Dither.NONE)
    few.save(PICTURE, "PNG", optimize=True)


def play(game: GamePage) -> None:
    """Gather a party, walk above ground, and take the first steps below."""
    game.begin("Ash")
    for name in ("Fighter", "Rogue"):
        game.button("Talk").click()
        game.choose(name)
        game.choose("Come with me to the mine")
        game.choose("Take your leave")
    game.walk("North", "South", "East", "West", "South", "West", "East", "South")
    game.walk("South", "South", "West")
    game.expect_place("Crystal Cavern")
    game.choose("Work the loose shard free")
    game.expect_painting()
    game.expect_saved()
    painting = game.scene.locator("img:not(.is-leaving)")
    expect(painting).to_have_css("opacity", "1")
    game.page.evaluate("() => document.activeElement.blur()")


if __name__ == "__main__":
    sys.exit(main())
