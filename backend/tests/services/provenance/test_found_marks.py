"""The marks of originals: real files, as the services and tools of the trade write them."""

from io import BytesIO

import c2pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from app.services.provenance.found_marks import FoundMarks, marks_in
from tests.support.certificates import sign_as_service
from tests.support.xmp import HEAD, IMAGE, MADE_BY_MODEL, PACKETS, TAIL, file_with_xmp


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("packet", PACKETS.values(), ids=PACKETS)
def test_finds_the_source_type_in_xmp(form: str, packet: str) -> None:
    assert marks_in(file_with_xmp(form, packet)) == FoundMarks(digital_source_type=MADE_BY_MODEL)


def test_finds_xmp_that_a_png_holds_compressed() -> None:
    """As libvips and sharp write it."""
    texts = PngImagePlugin.PngInfo()
    texts.add_text("XML:com.adobe.xmp", PACKETS["element"], zip=True)
    file = BytesIO()
    IMAGE.save(file, "PNG", pnginfo=texts)
    assert marks_in(file.getvalue()).digital_source_type == MADE_BY_MODEL


@pytest.mark.parametrize(
    "packet",
    [
        "",
        "no XML",
        f'{HEAD} e:DigitalSourceType=" "/>{TAIL}',
        f'<!DOCTYPE x [<!ENTITY a "b">]>{HEAD} e:DigitalSourceType="{MADE_BY_MODEL}"/>{TAIL}',
        f"{HEAD}/>{TAIL}{' ' * 2**18}",
    ],
    ids=["nothing", "no XML", "blank", "a document type", "a huge packet"],
)
def test_takes_xmp_that_says_nothing_for_none(packet: str) -> None:
    assert marks_in(file_with_xmp("PNG", packet)) == FoundMarks()


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_finds_the_tool(form: str) -> None:
    exif = Image.Exif()
    exif[0x0131] = "Paint\x00\x01 Program"
    file = BytesIO()
    IMAGE.save(file, form, exif=exif)
    assert (marks_in(file.getvalue()).software or "").startswith("Paint")
    with_xmp = file_with_xmp(form, f'{HEAD} xmp:CreatorTool="The Tool"/>{TAIL}')
    assert marks_in(with_xmp).software == "The Tool"


@pytest.mark.parametrize("form", ["jpeg", "png", "webp"])
def test_cuts_out_the_manifest(form: str) -> None:
    plain = BytesIO()
    IMAGE.save(plain, form)
    # More than one segment of a JPEG can hold.
    signed = sign_as_service(plain.getvalue(), form, note="x" * 150_000)
    manifest = marks_in(signed).manifest
    assert manifest is not None
    with c2pa.Reader("application/c2pa", BytesIO(manifest)) as cut_out:
        active = cut_out.get_active_manifest()
    with c2pa.Reader(f"image/{form}", BytesIO(signed)) as whole:
        assert active == whole.get_active_manifest()


@given(st.data())
def test_fails_for_no_damage(data: st.DataObject) -> None:
    whole = file_with_xmp(data.draw(st.sampled_from(["JPEG", "PNG", "WEBP"])), PACKETS["element"])
    at = data.draw(st.integers(0, len(whole) - 1))
    damaged = whole[:at] + data.draw(st.binary(max_size=4)) + whole[at + 1 :]
    assert isinstance(marks_in(damaged), FoundMarks)
