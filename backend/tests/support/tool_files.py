"""Small images as other tools write them, by writers of our own."""

import base64
import gzip
import io
import json
import struct
import zlib
from collections.abc import Callable
from typing import Any

from PIL import Image

COLOURS = ("#803020", "#208040", "#203080", "#707020")
A1111_SETTINGS = (
    "Steps: 20, Sampler: Euler a, CFG scale: 7, Seed: 3735928559, Size: 64x64, "
    'Model hash: abc123, Model: dream_v8, Lora hashes: "lamp: 12ab, oil: 34cd", Version: v1.10'
)
PROMPT = "a brass lamp, warm light"
NEGATIVE = "blurry, text"
A1111 = f"{PROMPT}\nNegative prompt: {NEGATIVE}\n{A1111_SETTINGS}"

Settings = dict[str, Any]


def pixels(number: int = 0, mode: str = "RGB", size: tuple[int, int] = (48, 48)) -> Image.Image:
    """A small image; another for each number."""
    image = Image.new("RGB", size, COLOURS[number % len(COLOURS)])
    image.putpixel((number % size[0], number // size[0]), (255, 255, 255))
    return image.convert(mode)


def png(image: Image.Image, *chunks: bytes, behind: tuple[bytes, ...] = ()) -> bytes:
    """A PNG with chunks in front of its pixels, and others behind them."""
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    data = buffer.getvalue()
    start, end = 33, data.rindex(b"IEND") - 4
    return data[:start] + b"".join(chunks) + data[start:end] + b"".join(behind) + data[end:]


def chunk(kind: bytes, content: bytes) -> bytes:
    """One chunk of a PNG."""
    return (
        struct.pack(">I", len(content))
        + kind
        + content
        + struct.pack(">I", zlib.crc32(kind + content))
    )


def text(name: str, value: str, code: str = "utf-8") -> bytes:
    """A plain text chunk."""
    return chunk(b"tEXt", name.encode("latin-1") + b"\0" + value.encode(code))


def packed_text(name: str, value: str) -> bytes:
    """A compressed one."""
    return chunk(b"zTXt", name.encode() + b"\0\0" + zlib.compress(value.encode()))


def international_text(name: str, value: str, *, packed: bool) -> bytes:
    """One in UTF-8, as the standard has it."""
    content = zlib.compress(value.encode()) if packed else value.encode()
    return chunk(b"iTXt", name.encode() + b"\0" + bytes([packed, 0]) + b"\0\0" + content)


def with_exif(image: Image.Image, kind: str, exif: bytes) -> bytes:
    """A JPEG or WebP with EXIF."""
    buffer = io.BytesIO()
    image.save(buffer, kind, exif=exif)
    return buffer.getvalue()


def comment(value: str, code: str = "utf-16-be", prefix: bytes = b"UNICODE\0") -> bytes:
    """EXIF whose user comment is a text."""
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9286] = prefix + value.encode(code)
    return exif.tobytes()


def described(**texts: str) -> bytes:
    """EXIF with texts by the names of their tags."""
    tags = {"description": 0x010E, "make": 0x010F, "model": 0x0110, "software": 0x0131}
    exif = Image.Exif()
    for name, value in texts.items():
        exif[tags[name]] = value
    return exif.tobytes()


def comfyui_graph(**sampler: Any) -> Settings:
    """A graph in the form of ComfyUI's API."""
    return {
        "3": {
            "class_type": "KSampler",
            "inputs": {
                "seed": 156680208700286,
                "steps": 20,
                "cfg": 8.0,
                "sampler_name": "euler",
                "model": ["4", 0],
                "positive": ["6", 0],
                "negative": ["7", 0],
                **sampler,
            },
        },
        "4": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "sd15.safetensors"}},
        "6": {"class_type": "CLIPTextEncode", "inputs": {"text": PROMPT, "clip": ["4", 1]}},
        "7": {"class_type": "CLIPTextEncode", "inputs": {"text": NEGATIVE, "clip": ["4", 1]}},
    }


def invokeai() -> Settings:
    """The settings of InvokeAI 4."""
    return {
        "app_version": "4.2.0",
        "positive_prompt": PROMPT,
        "negative_prompt": NEGATIVE,
        "seed": 42,
        "steps": 30,
        "model": {"model_name": "dreamshaper", "base_model": "sd-1"},
    }


def novelai() -> Settings:
    """The texts of NovelAI by their names."""
    settings = {"prompt": PROMPT, "uc": NEGATIVE, "seed": 7, "steps": 28, "scale": 5.0}
    return {
        "Title": "AI generated image",
        "Description": PROMPT,
        "Software": "NovelAI",
        "Source": "Stable Diffusion XL C1E1DE52",
        "Comment": json.dumps(settings),
    }


def card(version: int) -> str:
    """A character's card, in base64."""
    data = {"name": "Mira", "description": "An old miner", "first_mes": "Hello."}
    spec = {"spec": f"chara_card_v{version}", "spec_version": f"{version}.0", "data": data}
    return base64.b64encode(json.dumps(data if version == 1 else spec).encode()).decode()


def stealthy(hidden: Settings | str, *, packed: bool = True) -> bytes:
    """A PNG that hides fields or text in the lowest bits of its alpha, column by column."""
    image = pixels(mode="RGBA", size=(96, 96))
    data = (hidden if isinstance(hidden, str) else json.dumps(hidden)).encode()
    data = gzip.compress(data) if packed else data
    signature = b"stealth_pngcomp" if packed else b"stealth_pnginfo"
    whole = signature + struct.pack(">I", len(data) * 8) + data
    bits = [byte >> (7 - place) & 1 for byte in whole for place in range(8)]
    for place, bit in enumerate(bits):
        at = divmod(place, image.height)
        red, green, blue, _ = image.getpixel(at)  # type: ignore[misc]
        image.putpixel(at, (red, green, blue, 254 | bit))
    return png(image)


_COMFY, _INVOKE = json.dumps(comfyui_graph()), json.dumps(invokeai())
_OLD_INVOKE = json.dumps(
    {"model_weights": "sd-1.4", "image": {"prompt": [{"prompt": PROMPT}], "seed": 9, "steps": 50}}
)
_FOUND_TEXT = json.dumps(
    {
        **comfyui_graph(positive=["8", 0]),
        "8": {"class_type": "ConditioningCombine", "inputs": {"conditioning_1": ["6", 0]}},
    }
)
_LINKED_TEXT = json.dumps(
    {
        **comfyui_graph(),
        "6": {"class_type": "CLIPTextEncode", "inputs": {"text": ["9", 0], "clip": ["4", 1]}},
        "9": {"class_type": "PrimitiveString", "inputs": {"value": PROMPT}},
    }
)
_FLUX = json.dumps(
    {
        "1": {"class_type": "SamplerCustomAdvanced", "inputs": {"noise": ["2", 0]}},
        "2": {"class_type": "RandomNoise", "inputs": {"noise_seed": 5}},
        "3": {"class_type": "CLIPTextEncode", "inputs": {"text": PROMPT}},
        "4": {"class_type": "UNETLoader", "inputs": {"unet_name": "flux-dev"}},
    }
)
_NOVELAI_CHUNKS = tuple(text(name, value) for name, value in novelai().items())
_SDNEXT = f"{PROMPT}\nNegative prompt: {NEGATIVE}\n{A1111_SETTINGS}, App: SD.Next"

# By tool: how a file is made, and what must be read from it beside the prompt.
FILES: dict[str, tuple[str, Callable[[], bytes]]] = {
    "a1111.png": ("A1111", lambda: png(pixels(1), text("parameters", A1111))),
    "a1111_packed.png": ("A1111", lambda: png(pixels(2), packed_text("parameters", A1111))),
    "a1111_utf8.png": (
        "A1111",
        lambda: png(pixels(3), international_text("parameters", A1111, packed=False)),
    ),
    "a1111_utf8_packed.png": (
        "A1111",
        lambda: png(pixels(4), international_text("parameters", A1111, packed=True)),
    ),
    "a1111_behind.png": ("A1111", lambda: png(pixels(5), behind=(text("parameters", A1111),))),
    "a1111.jpg": ("A1111", lambda: with_exif(pixels(6), "JPEG", comment(A1111))),
    "a1111.webp": ("A1111", lambda: with_exif(pixels(7), "WEBP", comment(A1111))),
    "a1111_little.jpg": (
        "A1111",
        lambda: with_exif(pixels(8), "JPEG", comment(A1111, "utf-16-le")),
    ),
    "a1111_ascii.jpeg": (
        "A1111",
        lambda: with_exif(pixels(9), "JPEG", comment(A1111, "ascii", b"ASCII\0\0\0")),
    ),
    "a1111_described.jpg": (
        "A1111",
        lambda: with_exif(pixels(10), "JPEG", described(description=A1111)),
    ),
    "sdnext.png": ("SD.Next", lambda: png(pixels(11), text("parameters", _SDNEXT))),
    "sdnext.jpg": ("SD.Next", lambda: with_exif(pixels(12), "JPEG", comment(_SDNEXT))),
    "sdnext.webp": ("SD.Next", lambda: with_exif(pixels(13), "WEBP", comment(_SDNEXT))),
    "comfyui.png": (
        "ComfyUI",
        lambda: png(pixels(14), text("prompt", _COMFY), text("workflow", '{"nodes": []}')),
    ),
    "comfyui_packed.png": ("ComfyUI", lambda: png(pixels(15), packed_text("prompt", _COMFY))),
    "comfyui_linked.png": ("ComfyUI", lambda: png(pixels(16), text("prompt", _LINKED_TEXT))),
    "comfyui_combined.png": ("ComfyUI", lambda: png(pixels(17), text("prompt", _FOUND_TEXT))),
    "comfyui_flux.png": ("ComfyUI", lambda: png(pixels(18), text("prompt", _FLUX))),
    "comfyui.webp": (
        "ComfyUI",
        lambda: with_exif(
            pixels(19), "WEBP", described(make="workflow:{}", model=f"prompt:{_COMFY}")
        ),
    ),
    "comfyui_capital.webp": (
        "ComfyUI",
        lambda: with_exif(pixels(20), "WEBP", described(make=f"Prompt:{_COMFY}")),
    ),
    "comfyui.jpg": (
        "ComfyUI",
        lambda: with_exif(pixels(21), "JPEG", described(description=f"Prompt: {_COMFY}")),
    ),
    "comfyui_comment.jpg": (
        "ComfyUI",
        lambda: with_exif(pixels(22), "JPEG", comment(f"prompt:{_COMFY}")),
    ),
    "comfyui_nan.png": (
        "ComfyUI",
        lambda: png(pixels(23), text("prompt", json.dumps(comfyui_graph(cfg=float("nan"))))),
    ),
    "invokeai.png": ("InvokeAI", lambda: png(pixels(24), text("invokeai_metadata", _INVOKE))),
    "invokeai_behind.png": (
        "InvokeAI",
        lambda: png(pixels(25), behind=(text("invokeai_metadata", _INVOKE),)),
    ),
    "invokeai_utf8.png": (
        "InvokeAI",
        lambda: png(pixels(26), international_text("invokeai_metadata", _INVOKE, packed=False)),
    ),
    "invokeai_packed.png": (
        "InvokeAI",
        lambda: png(pixels(27), packed_text("invokeai_metadata", _INVOKE)),
    ),
    "invokeai_2.png": ("InvokeAI", lambda: png(pixels(28), text("sd-metadata", _OLD_INVOKE))),
    "novelai.png": ("NovelAI", lambda: png(pixels(29), *_NOVELAI_CHUNKS)),
    "novelai_comment.png": (
        "NovelAI",
        lambda: png(pixels(30), text("Comment", novelai()["Comment"])),
    ),
    "novelai_behind.png": ("NovelAI", lambda: png(pixels(31), behind=_NOVELAI_CHUNKS)),
    "novelai_hidden.png": ("NovelAI", lambda: stealthy(novelai())),
    "novelai_hidden_plain.png": ("NovelAI", lambda: stealthy(novelai(), packed=False)),
    "card_1.png": ("character card", lambda: png(pixels(32), text("chara", card(1)))),
    "card_2.png": ("character card", lambda: png(pixels(33), text("chara", card(2)))),
    "card_3.png": ("character card", lambda: png(pixels(34), text("ccv3", card(3)))),
    "card_both.png": (
        "character card",
        lambda: png(pixels(35), text("chara", card(1)), text("ccv3", card(3))),
    ),
    "card_twice.png": (
        "character card",
        lambda: png(pixels(36), text("chara", card(2)), text("chara", "bm90IGpzb24=")),
    ),
    "card_behind.png": (
        "character card",
        lambda: png(pixels(37), behind=(text("chara", card(2)),)),
    ),
    "card_packed.png": ("character card", lambda: png(pixels(38), packed_text("chara", card(2)))),
}
