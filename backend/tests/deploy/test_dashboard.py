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


def test_takes_whichever_prometheus_there_is(dashboard: dict[str, Any]) -> None:
    (variable,) = dashboard["templating"]["list"]
    assert (variable["name"], variable["query"]) == ("datasource", "prometheus")
    uids = set(re.findall(r'"uid": "([^"]*)"', DASHBOARD.read_text("utf-8")))
    assert uids == {"emberpeak", "${datasource}"}


def test_every_panel_explains_itself() -> None:
    for panel in panels():
        assert panel["description"].endswith("."), panel["title"]
        assert panel["fieldConfig"]["defaults"]["unit"], panel["title"]
        assert panel["targets"], panel["title"]
