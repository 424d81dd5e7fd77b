"""Reads /metrics the way Prometheus does."""

import httpx
from prometheus_client.parser import text_string_to_metric_families

from tests.support.ledger import wait_until

Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


def samples(client: httpx.Client) -> Samples:
    """Every figure by its name and labels."""
    answer = client.get("/metrics")
    assert answer.status_code == 200, answer.text
    return parse(answer.text)


def parse(page: str) -> Samples:
    """The same of a page that is at hand."""
    return {
        (sample.name, frozenset(sample.labels.items())): float(sample.value)
        for family in text_string_to_metric_families(page)
        for sample in family.samples
    }


def figure(found: Samples, name: str, **labels: str) -> float:
    """One figure; fails where it is not there."""
    return found[f"emberpeak_{name}", frozenset(labels.items())]


def figures(found: Samples, name: str) -> dict[str, float]:
    """All figures of a name that has one label, by the value of the label."""
    return {
        "".join(value for _, value in labels): number
        for (found_name, labels), number in found.items()
        if found_name == f"emberpeak_{name}"
    }


def wait_for_figure(client: httpx.Client, number: float, name: str, **labels: str) -> None:
    """Wait until a figure is this one."""
    key = (f"emberpeak_{name}", frozenset(labels.items()))
    wait_until(lambda: samples(client).get(key) == number)


def wait_for_pending(client: httpx.Client, number: float) -> None:
    """Wait until that many pictures are being made or queued for it."""
    wait_for_figure(client, number, "generations_pending")


def wait_for_coalesced(client: httpx.Client, number: float) -> None:
    """Wait until that many callers have joined the making of a scene they found under way."""
    wait_for_figure(client, number, "scene_cache_requests_total", result="coalesced")
