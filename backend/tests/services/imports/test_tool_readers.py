"""What each tool writes into its files is read; nothing that is damaged costs the image."""

import io
import json
from typing import Any

import pytest
from PIL import Image

from app.services.imports.fields import fields_in
from app.services.imports.generation import Generation
from app.services.imports.hidden_text import hidden_fields, hides_text, without_hidden_text
from app.services.imports.tools import generation_of
from tests.support.tool_files import (
    A1111,
    A1111_SETTINGS,
    FILES,
    NEGATIVE,
    PROMPT,
    card,
    comfyui_graph,
    novelai,
    packed_text,
    pixels,
    png,
    stealthy,
    text,
)

SEEDS = {"A1111": "3735928559", "SD.Next": "3735928559", "NovelAI": "7"}
MODELS = {
    "A1111": "dream_v8",
    "SD.Next": "dream_v8",
    "ComfyUI": "sd15.safetensors",
    "InvokeAI": "dreamshaper",
}


def read(data: bytes) -> Generation | None:
    image = Image.open(io.BytesIO(data))
    image.load()
    return generation_of({**hidden_fields(image), **fields_in(data)})


@pytest.mark.parametrize("name", FILES)
def test_each_tool(name: str) -> None:
    tool, make = FILES[name]
    found = read(make())
    assert found is not None
    assert found.tool == tool
    if tool == "character card":
        assert (found.name, found.description) == ("Mira", "An old miner")
        return
    assert found.prompt == PROMPT
    if name not in {"invokeai_2.png", "comfyui_flux.png"}:
        assert found.negative_prompt == NEGATIVE
        assert found.model == MODELS.get(tool, found.model)
    assert found.seed == SEEDS.get(tool, found.seed)
    assert found.seed


def test_values_in_quotes_replace_no_setting() -> None:
    settings = (
        'Steps: 4, Sampler: "DPM++, 2M", Seed: 5, Hires prompt: "Seed: 1, Steps: 9, \\"x\\"", '
        "Version: 1"
    )
    found = read(png(pixels(), text("parameters", f"{PROMPT}\n{settings}")))
    assert found is not None
    assert (found.seed, found.parameters["Steps"]) == ("5", "4")
    assert found.parameters["Sampler"] == "DPM++, 2M"
    assert found.parameters["Hires prompt"] == 'Seed: 1, Steps: 9, "x"'


@pytest.mark.parametrize(
    ("written", "prompt", "negative"),
    [
        ("only a prompt", "only a prompt", None),
        ("two\nlines: of it, and more: words", "two\nlines: of it, and more: words", None),
        (f"Negative prompt: dark\n{A1111_SETTINGS}", "", "dark"),
        (f"a\nNegative prompt: b\nc\n{A1111_SETTINGS}", "a", "b\nc"),
        (A1111_SETTINGS, "", None),
    ],
)
def test_lines_of_a1111(written: str, prompt: str, negative: str | None) -> None:
    found = read(png(pixels(), text("parameters", written)))
    assert found is not None
    assert (found.prompt, found.negative_prompt) == (prompt, negative)


@pytest.mark.parametrize(
    "data",
    [
        png(pixels()),
        png(pixels(), text("prompt", "{damaged")),
        png(pixels(), text("prompt", '{"1": {"inputs": {}}}')),
        png(pixels(), text("chara", "not base64!")),
        png(pixels(), text("invokeai_metadata", "[" * 100_000)),
        png(pixels(), text("Comment", "made by hand")),
        png(pixels(), packed_text("Comment", "x")[:-9] + b"\0\0\0\0\0"),
        stealthy({"Comment": 1}),
    ],
)
def test_other_text_is_no_tool(data: bytes) -> None:
    assert generation_of(fields_in(data)) is None


def test_what_a_graph_links_in_a_circle_ends() -> None:
    graph = (
        '{"1": {"class_type": "KSampler", "inputs": {"positive": ["2", 0]}},'
        ' "2": {"class_type": "Reroute", "inputs": {"any": ["2", 0]}}}'
    )
    found = read(png(pixels(), text("prompt", graph)))
    assert found is not None
    assert found.prompt == ""


def node(kind: str, **inputs: Any) -> dict[str, Any]:
    return {"class_type": kind, "inputs": inputs}


@pytest.mark.parametrize(
    ("nodes", "prompt", "negative"),
    [
        pytest.param(
            {
                **comfyui_graph(positive=["1", 0], negative=["1", 1]),
                "1": node("ControlNetApplyAdvanced", positive=["6", 0], negative=["7", 0]),
            },
            PROMPT,
            NEGATIVE,
            id="both texts pass a ControlNet",
        ),
        pytest.param(
            {
                **comfyui_graph(negative=["8", 0]),
                "8": node("ConditioningZeroOut", conditioning=["6", 0]),
            },
            PROMPT,
            None,
            id="nothing is to be avoided",
        ),
        pytest.param(
            {
                **comfyui_graph(positive=["8", 0]),
                "8": node("ConditioningCombine", conditioning_1=["6", 0], conditioning_2=["7", 0]),
            },
            f"{PROMPT}\n{NEGATIVE}",
            NEGATIVE,
            id="two texts are combined",
        ),
        pytest.param(
            {
                "1": node("CLIPTextEncode", text="a longer text that is linked to nothing at all"),
                "3": node("SamplerCustomAdvanced", noise=["4", 0], guider=["5", 0]),
                "5": node("BasicGuider", conditioning=["6", 0]),
                "6": node("StyleModelApply", strength_type="multiply", conditioning=["7", 0]),
                "7": node("FluxGuidance", guidance=3.5, conditioning=["8", 0]),
                "8": node("CLIPTextEncodeFlux", clip_l="lamp", t5xxl=PROMPT),
            },
            PROMPT,
            None,
            id="a guider has the text, behind a style",
        ),
        pytest.param(
            {
                **comfyui_graph(positive=["8", 0]),
                "8": node("CLIPTextEncode", text=["9", 0]),
                "9": node("StringConcatenate", string_a="a", string_b=["10", 0], delimiter=", "),
                "10": node("PrimitiveString", value="b"),
            },
            "a, b",
            NEGATIVE,
            id="two strings are joined",
        ),
        pytest.param(
            {**comfyui_graph(positive=["8", 0]), "8": node("CLIPTextEncode", text="")},
            "",
            NEGATIVE,
            id="an empty prompt",
        ),
    ],
)
def test_texts_of_a_graph(nodes: dict[str, Any], prompt: str, negative: str | None) -> None:
    found = read(png(pixels(), text("prompt", json.dumps(nodes))))
    assert found is not None
    assert (found.prompt, found.negative_prompt) == (prompt, negative)
    assert "strength_type" not in found.parameters
    if "KSampler" in str(nodes):
        assert (found.seed, found.parameters["steps"]) == ("156680208700286", "20")


@pytest.mark.parametrize("chunk", [text("CCV3", card(3)), text("chara", card(2).rstrip("="))])
def test_card_as_sillytavern_takes_it(chunk: bytes) -> None:
    found = read(png(pixels(), chunk))
    assert found is not None
    assert found.name == "Mira"


def test_hidden_line_of_a1111_is_read_and_removed() -> None:
    data = stealthy(A1111, packed=False)
    found = read(data)
    assert found is not None
    assert (found.tool, found.prompt) == ("A1111", PROMPT)
    image = Image.open(io.BytesIO(data))
    image.load()
    assert hides_text(image)
    cleaned = Image.open(io.BytesIO(without_hidden_text(image)))
    assert not hides_text(cleaned)


def test_hidden_text_can_be_removed() -> None:
    image = Image.open(io.BytesIO(stealthy(novelai())))
    image.load()
    assert hidden_fields(image)["Software"] == "NovelAI"
    cleaned = Image.open(io.BytesIO(without_hidden_text(image)))
    cleaned.load()
    assert (cleaned.mode, hidden_fields(cleaned)) == ("RGB", {})
    assert cleaned.tobytes() == image.convert("RGB").tobytes()
    see_through = image.copy()
    see_through.putpixel((90, 90), (1, 2, 3, 100))
    cleaned = Image.open(io.BytesIO(without_hidden_text(see_through)))
    cleaned.load()
    assert (cleaned.mode, hidden_fields(cleaned)) == ("RGBA", {})
    assert cleaned.getpixel((90, 90)) == (1, 2, 3, 101)
