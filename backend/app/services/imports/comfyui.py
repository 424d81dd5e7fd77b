"""ComfyUI: the graph that made an image, in PNG text or, as ``prompt:{...}``, in EXIF."""

from collections.abc import Iterator, Mapping
from typing import Any

from app.services.imports.generation import Generation, as_text, read_object, scalars

Graph = dict[str, Any]

_EXIF_FIELDS = ("Make", "Model", "ImageDescription", "UserComment")
_TEXTS = ("text", "text_g", "text_l", "string", "value", "prompt", "clip_l", "t5xxl")
_MODELS = ("ckpt_name", "unet_name", "model_name")
_DEEPEST = 20


def read(fields: Mapping[str, str]) -> Generation | None:
    """Follow the sampler's inputs to its texts; None if there is no graph."""
    graph = read_object(_graph_text(fields))
    if graph is None or not any("class_type" in node for node in _nodes(graph)):
        return None
    sampler = next((node for node in _nodes(graph) if "positive" in _inputs(node)), None)
    inputs = _inputs(sampler or {})
    prompt = _text(graph, inputs.get("positive")) or _any_text(graph)
    seeds = (_inputs(node).get(name) for node in _nodes(graph) for name in ("seed", "noise_seed"))
    models = (_inputs(node).get(name) for node in _nodes(graph) for name in _MODELS)
    return Generation(
        "ComfyUI",
        prompt,
        _text(graph, inputs.get("negative")) or None,
        next((model for model in models if isinstance(model, str)), None),
        next((as_text(seed) for seed in seeds if isinstance(seed, int)), None),
        parameters=scalars(inputs, {"seed", "noise_seed"}),
    )


def _graph_text(fields: Mapping[str, str]) -> str | None:
    if "prompt" in fields:
        return fields["prompt"]
    for name in _EXIF_FIELDS:
        kind, _, text = fields.get(name, "").partition(":")
        if kind.strip().lower() == "prompt":
            return text
    return None


def _nodes(graph: Graph) -> Iterator[Graph]:
    return (node for node in graph.values() if isinstance(node, dict))


def _inputs(node: Graph) -> Graph:
    inputs = node.get("inputs")
    return inputs if isinstance(inputs, dict) else {}


def _text(graph: Graph, value: object, depth: int = 0) -> str:
    """The text behind an input: itself, or that of the node that it is linked to."""
    if isinstance(value, str):
        return value.strip()
    is_link = isinstance(value, list) and len(value) == 2
    if not is_link or depth > _DEEPEST:
        return ""
    node = graph.get(str(value[0]))  # type: ignore[index]
    if not isinstance(node, dict):
        return ""
    inputs = _inputs(node)
    names = [name for name in _TEXTS if name in inputs] or list(inputs)
    texts = (_text(graph, inputs[name], depth + 1) for name in names)
    return next((text for text in texts if text), "")


def _any_text(graph: Graph) -> str:
    """The longest text to encode, if no node is a sampler that we know."""
    texts = [
        _text(graph, _inputs(node).get("text"))
        for node in _nodes(graph)
        if "TextEncode" in str(node.get("class_type"))
    ]
    return max(texts, key=len, default="")
