#!/usr/bin/env bash
# Pillow scales the pixels of a PNG to 8 bits, but not the colour that stands for clear (tRNS).
#
# Versions: Pillow 13.0.0; Python 3.11; seen 2026-12-01.
# Grey of 2 and 4 bits is multiplied up (15 becomes 255), info["transparency"] stays 15, and
# convert("RGBA") finds no such pixel. Grey of 1 bit is scaled since 13.0 (12.0 lost it too). Of a
# colour of 16 bits the pixels keep the high byte and the clear colour the low one: the wrong
# pixels become clear. Grey of 16 bits finds 65535, and loses what lies between, such as 300.
# Matters to us: imported sprites would be kept on a white or black ground, or with holes.
# In the library: PngImagePlugin.PngStream.chunk_tRNS and Image.Image.convert.
# Output seen: the alpha of two pixels each, of which the second is the one to be clear.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q pillow==13.0.0

"$folder/venv/bin/python" - <<'EOF'
import io
import struct
import sys
import zlib

from PIL import Image

GREY, COLOUR = 0, 2


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def alpha(kind, depth, row, clear):
    """Make a PNG of two pixels beside each other, and see what becomes of its clear colour."""
    header = struct.pack(">IIBBBBB", 2, 1, depth, kind, 0, 0, 0)
    data = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"tRNS", clear)
    data += chunk(b"IDAT", zlib.compress(b"\0" + row)) + chunk(b"IEND", b"")
    picture = Image.open(io.BytesIO(data))
    return picture.info["transparency"], list(picture.convert("RGBA").getchannel("A").tobytes())


def shorts(*numbers):
    return struct.pack(f">{len(numbers)}H", *numbers)


OTHER, CLEAR = (0x3400, 0x3400, 0x3400), (0x1234, 0x1234, 0x1234)
seen = {
    "grey, 1 bit, white": alpha(GREY, 1, b"\x40", shorts(1)),
    "grey, 2 bits, white": alpha(GREY, 2, b"\x30", shorts(3)),
    "grey, 4 bits, white": alpha(GREY, 4, b"\x0f", shorts(15)),
    "grey, 8 bits, white": alpha(GREY, 8, b"\x00\xff", shorts(255)),
    "grey, 16 bits, white": alpha(GREY, 16, shorts(0, 65535), shorts(65535)),
    "grey, 16 bits, 300": alpha(GREY, 16, shorts(0, 300), shorts(300)),
    "colour, 16 bits": alpha(COLOUR, 16, shorts(*OTHER, *CLEAR), shorts(*CLEAR)),
}
expected = {
    "grey, 1 bit, white": (255, [255, 0]),
    "grey, 2 bits, white": (3, [255, 255]),
    "grey, 4 bits, white": (15, [255, 255]),
    "grey, 8 bits, white": (255, [255, 0]),
    "grey, 16 bits, white": (65535, [255, 0]),
    "grey, 16 bits, 300": (300, [255, 255]),
    "colour, 16 bits": (CLEAR, [0, 255]),
}
for case, result in seen.items():
    print(f"{case}: transparency, alpha = {result}")
if seen != expected:
    sys.exit("Pillow treats the clear colour of a PNG in another way than it did.")
EOF
echo "as found"
