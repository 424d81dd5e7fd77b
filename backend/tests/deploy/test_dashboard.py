"""deploy/grafana: a dashboard that Grafana can take in, in which every panel says something."""

import json
import re
from typing import Any

import pytest

from tests.support.prometheus import DASHBOARD, panels


@pytest.fixture(scope="module")
def dashboard() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(DASHBOARD.read_text("utf-8"))
    return found


def test_every_panel_is_a_question() -> None:
    titles = [str(panel["title"]) for panel in panels()]
    assert len(titles) == 8
    assert all(title.endswith("?") for title in titles)


def test_ids_are_unique(dashboard: dict[str, Any]) -> None:
    ids = [panel["id"] for panel in dashboard["panels"]]
    assert len(set(ids)) == len(ids)


def test_takes_whichever_prometheus_there_is(dashboard: dict[str, Any]) -> None:
    (variable,) = dashboard["templating"]["list"]
    assert (variable["name"], variable["query"]) == ("datasource", "prometheus")
    uids = set(re.findall(r'"uid": "([^"]*)"', DASHBOARD.read_text("utf-8")))
    assert uids == {"emberpeak", "${datasource}"}


@pytest.mark.parametrize("panel", panels(), ids=lambda panel: str(panel["title"]))
def test_every_panel_explains_itself(panel: dict[str, Any]) -> None:
    assert panel["description"].endswith(".")
    assert panel["fieldConfig"]["defaults"]["unit"]
    assert panel["targets"]


def test_panels_do_not_overlap() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in panels():
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert place["x"] + place["w"] <= 24
        assert not taken & cells
        taken |= cells
