"""Small colour profiles (ICC.1:2010), each with an effect that nobody can overlook."""

import struct
from itertools import product


def grey_profile(gamma: float) -> bytes:
    """Grey with one exponent; of 1.0 the middle is far brighter than in sRGB."""
    curve = b"curv\0\0\0\0" + struct.pack(">IH", 1, round(gamma * 256))
    return _profile(b"GRAY", b"XYZ ", b"mntr", {b"kTRC": curve})


def inverted_cmyk_profile() -> bytes:
    """Black ink is paper: no ink gives black, and black ink gives white."""
    lightness = [255 if inks[3] else 0 for inks in product((0, 1), repeat=4)]
    table = b"".join(bytes((level, 128, 128)) for level in lightness)
    ramp = bytes(range(256))
    identity = struct.pack(">9i", *(65536 * (at % 4 == 0) for at in range(9)))
    lut = b"mft1\0\0\0\0" + bytes((4, 3, 2, 0)) + identity + ramp * 4 + table + ramp * 3
    return _profile(b"CMYK", b"Lab ", b"prtr", {b"A2B0": lut})


def _profile(space: bytes, target: bytes, kind: bytes, tags: dict[bytes, bytes]) -> bytes:
    white = b"XYZ \0\0\0\0" + struct.pack(">3i", 63190, 65536, 54061)
    tags = {b"wtpt": white, **tags}
    offset = 128 + 4 + 12 * len(tags)
    entries, bodies = b"", b""
    for name, body in tags.items():
        padded = body + bytes(-len(body) % 4)
        entries += name + struct.pack(">II", offset + len(bodies), len(body))
        bodies += padded
    head = struct.pack(">I4sI", offset + len(bodies), b"\0\0\0\0", 0x02400000)
    head += kind + space + target + bytes(12) + b"acsp" + bytes(28)
    head += struct.pack(">3i", 63190, 65536, 54061)
    return head.ljust(128, b"\0") + struct.pack(">I", len(tags)) + entries + bodies


def odd_profile() -> bytes:
    """Its colours have a name that is no ASCII."""
    profile = bytearray(grey_profile(1.0))
    profile[16:20] = b"GRA\xb7"
    return bytes(profile)
