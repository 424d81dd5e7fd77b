"""What a file says of itself; kept as facts, and nothing is trusted because of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element, ParseError

import structlog
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring
from PIL import Image
from PIL.ExifTags import Base

from app.services.provenance.containers import metadata_in

log = structlog.get_logger()

_SOURCE_TYPE = "{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}DigitalSourceType"
_TOOL = "{http://ns.adobe.com/xap/1.0/}CreatorTool"
_RESOURCE = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}resource"
_LONGEST_TEXT = 300


@dataclass(frozen=True, slots=True)
class FoundMarks:
    """What a file says of itself.

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


def marks_in(data: bytes) -> FoundMarks:
    """Read the marks of a PNG, JPEG or WebP file.

    It never fails: the image may be paid for, and no mark is worth losing it.
    """
    found = metadata_in(data)
    described = _described(found.xmp)
    software = described.get(_TOOL) or _software(found.exif)
    return FoundMarks(described.get(_SOURCE_TYPE), software, found.manifest or None)


def _described(packet: bytes) -> dict[str, str]:
    """The properties of an XMP packet that are of interest."""
    try:
        root = fromstring(packet.strip(b"\0 \r\n\t"), forbid_dtd=True) if packet else None
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        return {}
    found: dict[str, str] = {}
    for name, value in _properties(root):
        if name in {_SOURCE_TYPE, _TOOL} and (text := _text(value)):
            found.setdefault(name, text)
    return found


def _properties(root: Element | None) -> Iterator[tuple[str, str | None]]:
    """Both ways in which RDF writes a property: as an attribute and as an element."""
    for element in () if root is None else root.iter():
        yield from element.attrib.items()
        yield element.tag, element.get(_RESOURCE) or element.text


def _software(tiff: bytes) -> str | None:
    exif = Image.Exif()
    try:
        exif.load(tiff)
        return _text(exif.get(Base.Software))
    except Exception as error:  # noqa: BLE001 - Pillow raises many kinds for damaged EXIF
        log.debug("the EXIF of an image could not be read", reason=repr(error))
        return None


def _text(value: object) -> str | None:
    if not isinstance(value, str):
        return None
    printable = "".join(character for character in value if character.isprintable())
    return printable.strip()[:_LONGEST_TEXT] or None
