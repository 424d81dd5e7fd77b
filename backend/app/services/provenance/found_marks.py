"""The marks that an image brought along, before it is encoded anew and they are lost.

They are kept as facts about the original, and nothing is trusted because of them. Three kinds are
met: XMP, a C2PA manifest, or nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element, ParseError

import structlog
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring
from PIL import Image
from PIL.ExifTags import Base

from app.services.provenance.webp import chunks_of, metadata_of

log = structlog.get_logger()

_IPTC_EXTENSION = "{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}"
_XMP = "{http://ns.adobe.com/xap/1.0/}"
_RDF_VALUE = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}resource"
_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_STARTS = {_PNG_SIGNATURE: "image/png", b"RIFF": "image/webp", b"\xff\xd8": "image/jpeg"}
# Bytes. The manifests of known services have 5 to 100 KB.
_LARGEST_MANIFEST = 2**20
_LARGEST_XMP = 2**18
_LONGEST_TEXT = 300


@dataclass(frozen=True, slots=True)
class FoundMarks:
    """What the file of an original says about itself.

    Attributes:
        digital_source_type: As written there, usually an address of the IPTC's.
        software: The tool that wrote the file, as it says.
        manifest: The C2PA manifest store (JUMBF), unchecked.
    """

    digital_source_type: str | None = None
    software: str | None = None
    manifest: bytes | None = None

    @property
    def has_manifest(self) -> bool:
        """Whether there is a manifest."""
        return self.manifest is not None


def marks_in(data: bytes, image: Image.Image) -> FoundMarks:
    """Read the marks of a PNG, JPEG or WebP file.

    It never fails: the image may be paid for, and no mark is worth losing it.

    Args:
        data: The file.
        image: The same, opened and loaded; only then Pillow knows what lies behind the pixels.
    """
    manifest = manifest_in(data)
    try:
        described = _described(_xmp_packet(image))
        software = described.get("software") or _text(image.getexif().get(Base.Software))
    except Exception as error:  # noqa: BLE001 - Pillow raises many kinds for damaged metadata
        log.debug("the marks of an image could not be read", reason=repr(error))
        return FoundMarks(manifest=manifest)
    return FoundMarks(described.get("source_type"), software, manifest)


def marks_of_stored(webp: bytes) -> FoundMarks:
    """Read the marks of a file of ours, without its pixels; of a damaged one there are none."""
    try:
        described = _described(metadata_of(webp)["xmp"])
    except ValueError:
        return FoundMarks()
    software, source_type = described.get("software"), described.get("source_type")
    return FoundMarks(source_type, software, manifest_in(webp))


def _xmp_packet(image: Image.Image) -> bytes:
    # Some tools compress the XMP of a PNG; then Pillow lists it among the texts.
    packet = image.info.get("xmp") or image.info.get("XML:com.adobe.xmp") or b""
    data = packet.encode() if isinstance(packet, str) else bytes(packet)
    return data if len(data) <= _LARGEST_XMP else b""


def _described(packet: bytes) -> dict[str, str]:
    try:
        root = fromstring(packet.strip(b"\0 \r\n\t"), forbid_dtd=True) if packet else None
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        return {}
    wanted = {
        f"{_IPTC_EXTENSION}DigitalSourceType": "source_type",
        f"{_XMP}CreatorTool": "software",
    }
    found: dict[str, str] = {}
    for name, value in _properties(root):
        if name in wanted and (text := _text(value)):
            found.setdefault(wanted[name], text)
    return found


def _properties(root: Element | None) -> Iterator[tuple[str, str | None]]:
    """Both ways in which RDF writes a property: as an attribute and as an element."""
    for element in () if root is None else root.iter():
        yield from element.attrib.items()
        yield element.tag, element.get(_RDF_VALUE) or element.text


def _text(value: object) -> str | None:
    if not isinstance(value, str):
        return None
    printable = "".join(character for character in value if character.isprintable())
    return printable.strip()[:_LONGEST_TEXT] or None


def media_type_of(data: bytes) -> str:
    """The media type of an image that may carry marks, by its first bytes; empty for others."""
    return next((kind for start, kind in _STARTS.items() if data.startswith(start)), "")


def manifest_in(data: bytes) -> bytes | None:
    """Cut the C2PA manifest store out of a file, unchecked.

    Where it is: C2PA specification 2.2, appendix A. One beyond 1 MB is left out.
    """
    kind = media_type_of(data)
    try:
        if kind == "image/png":
            parts = [content for name, content in _png_chunks(data) if name == b"caBX"]
        elif kind == "image/webp":
            parts = [content for name, content in chunks_of(data) if name == b"C2PA"]
        else:
            parts = list(_jpeg_parts(data)) if kind else []
    except ValueError:
        return None
    manifest = b"".join(parts)
    return manifest if 0 < len(manifest) <= _LARGEST_MANIFEST else None


def _png_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(_PNG_SIGNATURE)
    while at + 12 <= len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        yield data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        at += 12 + length


def _jpeg_parts(data: bytes) -> Iterator[bytes]:
    """Put a store together that is spread over segments APP11.

    Each begins with "JP", the number of its box, its place in the box, and (repeated in each) the
    eight bytes of the box's length and type.
    """
    parts: dict[int, bytes] = {}
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF and data[at + 1] != 0xDA:
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        segment = data[at + 4 : at + 2 + length]
        if data[at + 1] == 0xEB and segment[:2] == b"JP" and segment[12:16] == b"jumb":
            place = int.from_bytes(segment[4:8], "big")
            parts[place] = segment[16 if parts else 8 :]
        at += 2 + length
    return (parts[place] for place in sorted(parts))
