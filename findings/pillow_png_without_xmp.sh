#!/usr/bin/env bash
# Pillow writes no XMP into a PNG, although save() takes the argument, and says nothing.
#
# Versions: Pillow 13.0.0; Python 3.11; seen 2026-12-01.
# save(..., xmp=...) marks JPEG, WebP, TIFF and MPO. For PNG the argument is dropped like any that is
# unknown, while opening a PNG does fill info["xmp"] from its iTXt chunk. What was read from a PNG and
# is passed back to save() is therefore gone; a text chunk "XML:com.adobe.xmp" of PngInfo keeps it.
# Matters to us: a mark that the law asks for would be missing in every PNG of an export.
# In the library: _save in PIL/PngImagePlugin.py has no "xmp"; PngImageFile reads it in chunk_iTXt.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q pillow==13.0.0

cat >"$folder/save.py" <<'EOF'
import sys
from io import BytesIO

from PIL import Image, PngImagePlugin

PACKET = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"/>'
IMAGE = Image.new("RGB", (8, 8))


def kept(form, **options):
    file = BytesIO()
    IMAGE.save(file, form, **options)
    with Image.open(file) as image:
        image.load()
        return image.info.get("xmp") == PACKET


text = PngImagePlugin.PngInfo()
text.add_itxt("XML:com.adobe.xmp", PACKET.decode())
seen = {form: kept(form, xmp=PACKET) for form in ("JPEG", "WEBP", "PNG")}
seen["PNG by PngInfo"] = kept("PNG", pnginfo=text)
print("XMP is kept:", seen)
if seen != {"JPEG": True, "WEBP": True, "PNG": False, "PNG by PngInfo": True}:
    sys.exit("Pillow keeps the XMP of other formats than seen before.")
EOF
"$folder/venv/bin/python" "$folder/save.py"
echo "as found"
