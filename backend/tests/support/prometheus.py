"""A real Prometheus with the shipped configuration, and its promtool."""

import json
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import yaml

from tests.support.free_port import free_port
from tests.support.patience import PATIENCE_SECONDS
from tests.support.tools import is_missing

DEPLOY = Path(__file__).resolve().parents[3] / "deploy"
CONFIG = DEPLOY / "prometheus" / "prometheus.yml"
RULES = DEPLOY / "prometheus" / "rules.yml"
DASHBOARD = DEPLOY / "grafana" / "emberpeak.json"
# Longer than a test takes on any machine: what it did once stays in sight.
WINDOW = "30m"
_METRIC = re.compile(r"emberpeak_[a-z_]+")


def promtool(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run promtool to its end."""
    return subprocess.run(
        [_program("promtool"), *map(str, arguments)], capture_output=True, text=True, check=False
    )


def _program(name: str) -> str:
    return shutil.which(name) or is_missing(name)


def rules() -> list[dict[str, Any]]:
    """The shipped alerts."""
    (group,) = yaml.safe_load(RULES.read_text("utf-8"))["groups"]
    found: list[dict[str, Any]] = group["rules"]
    return found


def panels() -> list[dict[str, Any]]:
    """The shipped dashboard's panels."""
    found: list[dict[str, Any]] = json.loads(DASHBOARD.read_text("utf-8"))["panels"]
    return found


def dashboard_expressions() -> list[str]:
    """Every expression of the dashboard."""
    return [target["expr"] for panel in panels() for target in panel["targets"]]


def metrics_named(expression: str) -> set[str]:
    """The metrics of ours that an expression names."""
    return set(_METRIC.findall(expression))


def with_long_windows(text: str) -> str:
    """The same with every window longer than a test."""
    return re.sub(r"\[(?:\d+[smh]|\$__rate_interval)\]", f"[{WINDOW}]", text)


@dataclass(frozen=True)
class Prometheus:
    """A Prometheus that answers queries."""

    client: httpx.Client

    def query(self, expression: str) -> list[dict[str, Any]]:
        """The series that an expression gives now."""
        answer = self.client.post("/api/v1/query", data={"query": expression}).json()
        assert answer["status"] == "success", (expression, answer)
        found: list[dict[str, Any]] = answer["data"]["result"]
        return found

    def fired(self) -> set[str]:
        """The names of the alerts that fired so far."""
        alerts = self.query('max_over_time(ALERTS{alertstate="firing"}[30m])')
        return {alert["metric"]["alertname"] for alert in alerts}

    def wait_for_alerts(self, *names: str) -> None:
        """Wait until each has fired."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while missing := set(names) - self.fired():
            assert time.monotonic() < deadline, f"did not fire: {missing}"
            time.sleep(0.1)


@contextmanager
def prometheus_of(server_url: str, folder: Path) -> Iterator[Prometheus]:
    """Start one that scrapes a server every four seconds, with alerts that fire at once.

    A scrape may take as long as lies between two; with a locked database it takes a second.
    """
    config = yaml.safe_load(CONFIG.read_text("utf-8"))
    config["global"] = {"scrape_interval": "4s", "evaluation_interval": "500ms"}
    config["scrape_configs"][0]["static_configs"] = [{"targets": [server_url.split("//")[1]]}]
    (folder / "prometheus.yml").write_text(yaml.safe_dump(config), "utf-8")
    hasty = [{**rule, "expr": with_long_windows(rule["expr"]), "for": "0s"} for rule in rules()]
    groups = {"groups": [{"name": "emberpeak", "rules": hasty}]}
    (folder / "rules.yml").write_text(yaml.safe_dump(groups), "utf-8")
    address = f"127.0.0.1:{free_port()}"
    with (folder / "prometheus.log").open("wb") as log:
        process = subprocess.Popen(
            [
                _program("prometheus"),
                f"--config.file={folder / 'prometheus.yml'}",
                f"--storage.tsdb.path={folder / 'series'}",
                f"--web.listen-address={address}",
            ],
            stdout=log,
            stderr=log,
        )
    try:
        with httpx.Client(
            base_url=f"http://{address}", timeout=PATIENCE_SECONDS, verify=False
        ) as client:
            _wait_until_ready(client, process, folder / "prometheus.log")
            yield Prometheus(client)
    finally:
        process.terminate()
        process.wait(PATIENCE_SECONDS)


def _wait_until_ready(client: httpx.Client, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if client.get("/-/ready").status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.05)
    raise RuntimeError(log.read_text("utf-8"))
