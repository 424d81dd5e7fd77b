"""Images with XMP, as the tools of the trade write it."""

from io import BytesIO
from typing import Any

from PIL import Image, PngImagePlugin

MADE_BY_MODEL = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
HEAD = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description rdf:about="" xmlns:e="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"'
    ' xmlns:xmp="http://ns.adobe.com/xap/1.0/"'
)
TAIL = "</rdf:RDF></x:xmpmeta>"
PACKETS = {
    "attribute": f'{HEAD} e:DigitalSourceType="{MADE_BY_MODEL}"/>{TAIL}',
    "element": f"{HEAD}><e:DigitalSourceType>{MADE_BY_MODEL}</e:DigitalSourceType>"
    f"</rdf:Description>{TAIL}",
    "resource": f'{HEAD}><e:DigitalSourceType rdf:resource="{MADE_BY_MODEL}"/>'
    f"</rdf:Description>{TAIL}",
    "padded": f'<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>{HEAD}'
    f' e:DigitalSourceType="{MADE_BY_MODEL}"/>{TAIL}{" " * 2000}<?xpacket end="w"?>',
}
IMAGE = Image.radial_gradient("L").resize((64, 36)).convert("RGB")


def file_with_xmp(form: str, packet: str, **options: Any) -> bytes:
    """A small image in a form of Pillow's, with an XMP packet; Pillow writes none into a PNG."""
    texts = PngImagePlugin.PngInfo()
    texts.add_itxt("XML:com.adobe.xmp", packet)
    file = BytesIO()
    xmp = {"pnginfo": texts} if form == "PNG" else {"xmp": packet.encode()}
    IMAGE.save(file, form, **xmp, **options)
    return file.getvalue()
