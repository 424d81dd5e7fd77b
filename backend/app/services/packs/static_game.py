"""The whole game as files that need no server but one that sends files."""

import json
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path

from app.domain import PIXEL_ARTIST_MODEL, AspectRatio, SceneSetting, SubjectType
from app.services.packs.archive import PackFile, Spool
from app.services.packs.manifest import ImageEntry
from app.services.scenes.adventure import PLACES
from app.services.scenes.preview import paint_preview

_FRONTEND = Path(__file__).resolve().parents[4] / "frontend"
_PAGE = "retro-adventure-game.html"
_PARTS = ("favicon.svg", "js/**/*.js", "styles/*.css")

# Nothing is connected to, so that no change of the page can make it ask a server.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "base-uri 'none'; form-action 'none'"
)
_CHARSET = '<meta charset="utf-8" />'
_START = '<script type="application/json" id="emberpeak-pack">['


class StaticGame:
    """The page, and in it the list of the images from which it shows scenes and galleries.

    A place without any image gets a sketch of the local painter.
    """

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self._list = Spool(stack)
        self._separator = "\n"
        self._seen: set[str] = set()

    def add(self, entry: ImageEntry, full: bytes) -> Iterable[PackFile]:  # noqa: ARG002
        """List one image."""
        if entry.subject_type == SubjectType.SCENE:
            self._seen.add(entry.subject_name.strip().lower())
        scenes = [{"hour": one.time_of_day, "weather": one.weather} for one in entry.scenes]
        self._write(
            kind=entry.subject_type.value,
            name=entry.subject_name,
            url=entry.file,
            thumbnail_url=entry.thumbnail,
            alt_text=entry.alt_text,
            is_featured=entry.is_featured,
            custom_prompt=entry.papers.style,
            model_used=entry.papers.model,
            created_at=entry.created_at.isoformat(),
            scenes=scenes,
        )
        return ()

    def finish(self) -> Iterable[PackFile]:
        """The sketches that are needed, and the page."""
        for place in PLACES:
            if place.lower() not in self._seen:
                yield self._sketch(place)
        for pattern in _PARTS:
            for path in sorted(path for path in _FRONTEND.glob(pattern) if path.is_file()):
                yield PackFile.of(path.relative_to(_FRONTEND).as_posix(), path.read_bytes())
        yield self._page()

    def _sketch(self, place: str) -> PackFile:
        name = f"images/sketches/{place.lower().replace(' ', '_')}.webp"
        self._write(
            kind=SubjectType.SCENE.value,
            name=place,
            url=name,
            thumbnail_url=name,
            alt_text=f"Sketch: {place}",
            is_featured=False,
            custom_prompt=None,
            model_used=PIXEL_ARTIST_MODEL,
            created_at=None,
            scenes=[],
        )
        setting = SceneSetting(place, "day", "clear")
        return PackFile.of(name, paint_preview(setting, AspectRatio.WIDE))

    def _write(self, **image: object) -> None:
        # "<" would end the element in which the list stands, or hide what follows.
        line = json.dumps({**image, "preview": None}, ensure_ascii=False).replace("<", "\\u003c")
        self._list.write(f"{self._separator}{line}".encode())
        self._separator = ",\n"

    def _page(self) -> PackFile:
        page = (_FRONTEND / _PAGE).read_text("utf-8")
        policy = f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}" />'
        page = page.replace(_CHARSET, f"{_CHARSET}\n    {policy}", 1)
        before, head, after = page.partition("  </head>")
        whole = Spool(self._stack)
        whole.write(f"{before}    {_START}".encode())
        for piece in self._list.pieces():
            whole.write(piece)
        whole.write(f"\n]</script>\n{head}{after}".encode())
        return whole.file("index.html")
