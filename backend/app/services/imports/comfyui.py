"""ComfyUI: the graph that made an image, in PNG text or, as ``prompt:{...}``, in EXIF."""

from collections.abc import Iterator, Mapping
from typing import Any

from app.services.imports.generation import Generation, as_text, read_object, scalars

Graph = dict[str, Any]

_EXIF_FIELDS = ("Make", "Model", "ImageDescription", "UserComment")
# Of several texts of one node the first counts: an encoder's longest form of the prompt.
_TEXTS = ("text", "text_g", "text_l", "t5xxl", "clip_g", "clip_l", "string", "value", "prompt")
_JOINED_TEXTS = ("string_a", "string_b")
_MODELS = ("ckpt_name", "unet_name", "model_name")
_SEEDS = ("noise_seed", "seed")
_NOTHING = "ConditioningZeroOut"
_DEEPEST = 20


def read(fields: Mapping[str, str]) -> Generation | None:
    """Follow the sampler's inputs to its texts; None if there is no graph."""
    graph = read_object(_graph_text(fields))
    if graph is None or not any("class_type" in node for node in _nodes(graph)):
        return None
    sampler = _sampler(graph)
    inputs = sampler or {}
    wanted = next((name for name in ("positive", "conditioning", "cond1") if name in inputs), "")
    prompt = _text(graph, inputs.get(wanted)) if sampler else _any_text(graph)
    every = [inputs, *map(_inputs, _nodes(graph))]
    seeds = (values.get(name) for values in every for name in _SEEDS)
    models = (values.get(name) for values in every for name in _MODELS)
    return Generation(
        "ComfyUI",
        prompt,
        _text(graph, inputs.get("negative")) or None,
        next((model for model in models if isinstance(model, str)), None),
        next((as_text(seed) for seed in seeds if isinstance(seed, int)), None),
        parameters=scalars(inputs, set(_SEEDS)),
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


def _inputs(node: object) -> Graph:
    inputs = node.get("inputs") if isinstance(node, dict) else None
    return inputs if isinstance(inputs, dict) else {}


def _sampler(graph: Graph) -> Graph | None:
    """The inputs that steer the image: a sampler's, or those of the guider that it is linked to.

    What only changes texts on their way, as a ControlNet does, has them as inputs too, but no
    seed.
    """
    every = [_inputs(node) for node in _nodes(graph)]
    samplers = [inputs for inputs in every if "positive" in inputs]
    for inputs in samplers:
        if any(name in inputs for name in _SEEDS):
            return inputs
    for inputs in every:
        if guider := _inputs(_linked(graph, inputs.get("guider"))):
            return guider
    return samplers[0] if samplers else None


def _linked(graph: Graph, value: object) -> object:
    """The node behind an input; None if the input is no link."""
    is_link = isinstance(value, list) and len(value) == 2
    return graph.get(str(value[0])) if is_link else None  # type: ignore[index]


def _text(graph: Graph, value: object, depth: int = 0) -> str:
    """The text behind an input: itself, or what the nodes have to which it is linked."""
    if isinstance(value, str):
        return value.strip()
    node = _linked(graph, value)
    if not isinstance(node, dict) or depth > _DEEPEST or node.get("class_type") == _NOTHING:
        return ""
    inputs = _inputs(node)

    def texts(names: Iterator[str]) -> Iterator[str]:
        return filter(None, (_text(graph, inputs[name], depth + 1) for name in names))

    if own := next(texts(name for name in _TEXTS if name in inputs), ""):
        return own
    if joined := list(texts(name for name in _JOINED_TEXTS if name in inputs)):
        return (as_text(inputs.get("delimiter")) or "").join(joined)
    # The second output of a node that changes both texts is the negative one.
    side = "negative" if isinstance(value, list) and value[1] == 1 else "positive"
    if side in inputs:
        return _text(graph, inputs[side], depth + 1)
    if parts := list(texts(name for name in inputs if name.startswith("conditioning"))):
        return "\n".join(dict.fromkeys(parts))
    return next(texts(name for name in inputs if _linked(graph, inputs[name])), "")


def _any_text(graph: Graph) -> str:
    """The longest text to encode, if no node is a sampler that we know."""
    texts = [
        _text(graph, _inputs(node).get("text"))
        for node in _nodes(graph)
        if "TextEncode" in str(node.get("class_type"))
    ]
    return max(texts, key=len, default="")
