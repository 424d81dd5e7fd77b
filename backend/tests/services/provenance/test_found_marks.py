"""The marks of originals: real files, as the services and tools of the trade write them."""

from contextlib import suppress
from io import BytesIO

import c2pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from app.services.provenance.found_marks import FoundMarks, marks_in
from tests.support.certificates import sign_as_service

MADE_BY_MODEL = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
_HEAD = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description rdf:about="" xmlns:e="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"'
    ' xmlns:xmp="http://ns.adobe.com/xap/1.0/"'
)
_TAIL = "</rdf:RDF></x:xmpmeta>"
PACKETS = {
    "attribute": f'{_HEAD} e:DigitalSourceType="{MADE_BY_MODEL}"/>{_TAIL}',
    "element": f"{_HEAD}><e:DigitalSourceType>{MADE_BY_MODEL}</e:DigitalSourceType>"
    f"</rdf:Description>{_TAIL}",
    "resource": f'{_HEAD}><e:DigitalSourceType rdf:resource="{MADE_BY_MODEL}"/>'
    f"</rdf:Description>{_TAIL}",
    "padded": f'<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>{_HEAD}'
    f' e:DigitalSourceType="{MADE_BY_MODEL}"/>{_TAIL}{" " * 2000}<?xpacket end="w"?>',
}
IMAGE = Image.radial_gradient("L").resize((64, 36)).convert("RGB")


def file_with(form: str, packet: str) -> bytes:
    texts = PngImagePlugin.PngInfo()
    texts.add_itxt("XML:com.adobe.xmp", packet)
    file = BytesIO()
    IMAGE.save(file, form, **({"pnginfo": texts} if form == "PNG" else {"xmp": packet.encode()}))
    return file.getvalue()


def marks_of(data: bytes) -> FoundMarks:
    """What is found in a file that can be decoded."""
    with Image.open(BytesIO(data)) as image:
        image.load()
        return marks_in(data, image)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("packet", PACKETS.values(), ids=PACKETS)
def test_finds_the_source_type_in_xmp(form: str, packet: str) -> None:
    assert marks_of(file_with(form, packet)) == FoundMarks(digital_source_type=MADE_BY_MODEL)


def test_finds_xmp_that_a_png_holds_compressed() -> None:
    """As libvips and sharp write it."""
    texts = PngImagePlugin.PngInfo()
    texts.add_text("XML:com.adobe.xmp", PACKETS["element"], zip=True)
    file = BytesIO()
    IMAGE.save(file, "PNG", pnginfo=texts)
    assert marks_of(file.getvalue()).digital_source_type == MADE_BY_MODEL


@pytest.mark.parametrize(
    "packet",
    [
        "",
        "no XML",
        f'{_HEAD} e:DigitalSourceType=" "/>{_TAIL}',
        f'<!DOCTYPE x [<!ENTITY a "b">]>{_HEAD} e:DigitalSourceType="{MADE_BY_MODEL}"/>{_TAIL}',
        f"{_HEAD}/>{_TAIL}{' ' * 2**18}",
    ],
    ids=["nothing", "no XML", "blank", "a document type", "a huge packet"],
)
def test_takes_xmp_that_says_nothing_for_none(packet: str) -> None:
    assert marks_of(file_with("PNG", packet)) == FoundMarks()


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_finds_the_tool(form: str) -> None:
    exif = Image.Exif()
    exif[0x0131] = "Paint\x00\x01 Program"
    file = BytesIO()
    IMAGE.save(file, form, exif=exif)
    assert (marks_of(file.getvalue()).software or "").startswith("Paint")
    with_xmp = file_with(form, f'{_HEAD} xmp:CreatorTool="The Tool"/>{_TAIL}')
    assert marks_of(with_xmp).software == "The Tool"


@pytest.mark.parametrize("form", ["jpeg", "png", "webp"])
def test_cuts_out_the_manifest(form: str) -> None:
    plain = BytesIO()
    IMAGE.save(plain, form)
    # More than one segment of a JPEG can hold.
    signed = sign_as_service(plain.getvalue(), form, note="x" * 150_000)
    manifest = marks_of(signed).manifest
    assert manifest is not None
    with c2pa.Reader("application/c2pa", BytesIO(manifest)) as cut_out:
        active = cut_out.get_active_manifest()
    with c2pa.Reader(f"image/{form}", BytesIO(signed)) as whole:
        assert active == whole.get_active_manifest()


@given(st.data())
def test_fails_for_no_damage(data: st.DataObject) -> None:
    """Neither where Pillow sees the damage, nor where only the bytes show it."""
    whole = file_with(data.draw(st.sampled_from(["JPEG", "PNG", "WEBP"])), PACKETS["element"])
    at = data.draw(st.integers(0, len(whole) - 1))
    damaged = whole[:at] + data.draw(st.binary(max_size=4)) + whole[at + 1 :]
    assert isinstance(marks_in(damaged, IMAGE), FoundMarks)
    with suppress(OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        assert isinstance(marks_of(damaged), FoundMarks)
