"""What a pack tells shops is true for what it holds."""

import pytest

from app.services.packs.disclosure import Disclosure
from app.services.packs.manifest import Marks, OriginalMarks, Papers

TRAINED = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"


def told(*models: str, found: str | None = None) -> str:
    disclosure = Disclosure()
    for model in models:
        disclosure.add(
            Papers(
                provider=None,
                model=model,
                prompt="",
                style=None,
                aspect_ratio="1:1",
                number=None,
                milliseconds=0,
                request=None,
                source_sha256="",
                original=OriginalMarks(
                    digital_source_type=found, software=None, manifest=None, manifest_sha256=None
                ),
                marks=Marks(digital_source_type=None, software=None, has_manifest=False),
            )
        )
    return disclosure.text()


@pytest.mark.parametrize(
    ("models", "found", "says"),
    [
        ((), None, ["No: no image", "0 images", "none."]),
        (("pixel-artist",), None, ["No: no image", "1 image painted", "no generative AI"]),
        (("imagen-9", "imagen-9", "legacy"), None, ["Yes:", "2 images", "imagen-9", "1 image imp"]),
        (("legacy",), None, ["Not known:", "ask whoever"]),
        (("legacy",), TRAINED, ["Yes:", "own mark does not name"]),
    ],
)
def test_pre_generated(models: tuple[str, ...], found: str | None, says: list[str]) -> None:
    text = told(*models, found=found)
    assert [words for words in says if words not in text] == []
    assert "2. Live-generated content" in text
    assert max(map(len, text.splitlines())) <= 100
