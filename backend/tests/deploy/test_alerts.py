"""deploy/prometheus: valid, and each alert fires on its fault and only then, by promtool."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.conftest import ServerFactory
from tests.support import gemini_answers
from tests.support.gemini_standin import GeminiStandin
from tests.support.library import IMAGES, ask_scene, execute
from tests.support.metrics_page import figure, samples
from tests.support.prometheus import CONFIG, RULES, metrics_named, promtool, rules
from tests.support.running_server import RunningServer

Json = dict[str, Any]

_REQUESTS = "emberpeak_http_request_duration_seconds"
_WAITED = "emberpeak_database_write_wait_seconds_bucket"
_ANSWERED = 'emberpeak_http_responses_total{status_class="2xx"}'
_FAILED = 'emberpeak_http_responses_total{status_class="5xx"}'
_DATABASE, _STORAGE = "emberpeak_database_up", "emberpeak_storage_up"
_PAINTED = '{route="/api/v1/scenes/generate"'
_ROUTE = '{route="/health",status="200",waited="no"'
_EVENTS = '{route="/api/v1/jobs/{job_id}/events",waited="no"'


def buckets(name: str, labels: str, quick: str, slow: str) -> dict[str, str]:
    """A histogram: how many took at most half a second, and how many two and a half."""
    inside = labels.removeprefix("{")
    comma = "," if inside else ""
    return {
        f'{name}{{{inside}{comma}le="0.5"}}': quick,
        f'{name}{{{inside}{comma}le="2.5"}}': slow,
        f'{name}{{{inside}{comma}le="+Inf"}}': slow,
    }


@dataclass(frozen=True)
class Case:
    """Series a minute apart of a server with a fault, and of one without."""

    alert: str
    faulty: dict[str, str]
    sound: dict[str, str]


CASES = [
    Case("EmberpeakDown", {'up{job="emberpeak"}': "0x60"}, {'up{job="emberpeak"}': "1x60"}),
    Case(
        "EmberpeakDatabaseUnreachable",
        {"emberpeak_database_up": "0x60"},
        {"emberpeak_database_up": "1x60"},
    ),
    Case(
        "EmberpeakStorageUnreachable",
        {"emberpeak_storage_up": "0x60"},
        {"emberpeak_storage_up": "1x60"},
    ),
    Case(
        "EmberpeakUnhealthy",
        {
            'emberpeak_health{check="database"}': "0x60",
            'emberpeak_health{check="image_folder"}': "1x60",
        },
        # Busy for a moment each time that it is asked.
        {'emberpeak_health{check="database"}': "1 0 1 1 0 1 1 0 1 1 0 1 1 0 1 1 0 1 1 0 1 1x60"},
    ),
    Case(
        "EmberpeakErrors",
        {
            _ANSWERED: "0+90x60",
            _FAILED: "0+10x60",
        },
        {
            _ANSWERED: "0+99x60",
            _FAILED: "0+1x60",
        },
    ),
    Case(
        "EmberpeakErrors",
        {
            _ANSWERED: "0+90x60",
            'emberpeak_connections_refused_total{status="503"}': "0+10x60",
        },
        {
            _ANSWERED: "0+90x60",
            'emberpeak_connections_refused_total{status="429"}': "0+10x60",
        },
    ),
    Case(
        "EmberpeakSlow",
        buckets(f"{_REQUESTS}_bucket", _ROUTE, "0+90x60", "0+100x60"),
        {
            **buckets(f"{_REQUESTS}_bucket", _ROUTE, "0+99x60", "0+100x60"),
            **buckets(f"{_REQUESTS}_bucket", f'{_PAINTED},waited="yes"', "0x60", "0+100x60"),
            **buckets(f"{_REQUESTS}_bucket", _EVENTS, "0x60", "0+100x60"),
        },
    ),
    Case(
        "EmberpeakSlow",
        buckets(f"{_REQUESTS}_bucket", f'{_PAINTED},waited="no"', "0+90x60", "0+100x60"),
        {},
    ),
    Case(
        "EmberpeakGenerationsFail",
        {
            'emberpeak_generations_total{outcome="timeout"}': "0+2x60",
            'emberpeak_generations_total{outcome="ok"}': "0+1x60",
        },
        {
            'emberpeak_generations_total{outcome="timeout"}': "0+1x60",
            'emberpeak_generations_total{outcome="refused"}': "0+5x60",
            'emberpeak_generations_total{outcome="ok"}': "0+2x60",
        },
    ),
    Case(
        "EmberpeakBudgetNearlyGone",
        {"emberpeak_budget_left_usd": "0.9x60", "emberpeak_budget_limit_usd": "10x60"},
        {
            "emberpeak_budget_left_usd": "1.1x60",
            "emberpeak_budget_limit_usd": "10x60",
            "emberpeak_daily_images_left": "21x60",
            "emberpeak_daily_images_limit": "200x60",
        },
    ),
    Case(
        "EmberpeakBudgetNearlyGone",
        {"emberpeak_daily_images_left": "19x60", "emberpeak_daily_images_limit": "200x60"},
        {},
    ),
    Case(
        "EmberpeakQuotaOpen",
        {'emberpeak_breaker_open{reason="quota_day"}': "1x60"},
        {'emberpeak_breaker_open{reason="quota_day"}': "0x60"},
    ),
    *(
        Case(
            "EmberpeakDiskLow",
            {
                f'emberpeak_storage_free_bytes{{disk="{low}"}}': "1000000000x60",
                f'emberpeak_storage_free_bytes{{disk="{other}"}}': "2000000000x60",
            },
            {
                f'emberpeak_storage_free_bytes{{disk="{low}"}}': "2000000000x60",
            },
        )
        for low, other in (("images", "database"), ("database", "images"))
    ),
    # promtool's clock begins at the epoch: the 20th minute is 1,200 s after it.
    Case(
        "EmberpeakBackupTooOld",
        {"emberpeak_backup_last_success_timestamp_seconds": "-130000x60"},
        {"emberpeak_backup_last_success_timestamp_seconds": "-80000x60"},
    ),
    Case(
        "EmberpeakWritesWait",
        buckets(_WAITED, "", "0+9x60", "0+10x60"),
        buckets(_WAITED, "", "0+99x60", "0+100x60"),
    ),
]


def test_configuration_and_rules_are_valid() -> None:
    checked = promtool("check", "config", "--lint-fatal", CONFIG)
    assert checked.returncode == 0, checked.stderr


def test_every_alert_has_a_case() -> None:
    assert {case.alert for case in CASES} == {rule["alert"] for rule in rules()}


def test_every_alert_says_what_to_do() -> None:
    for rule in rules():
        assert rule["labels"]["severity"] in {"page", "ticket"}
        assert set(rule["annotations"]) == {"summary", "action"}


def test_sees_answers_that_are_no_usable_picture(
    make_gemini_server: ServerFactory, gemini: GeminiStandin, tmp_path: Path
) -> None:
    """By the server's own figures, before and after: the page got 200 and stand-ins."""
    server = make_gemini_server()
    gemini.answer_always(gemini_answers.truncated_picture)
    before = series_of(server, "breaker_open")
    for number in range(2):
        shown = ask_scene(server.client, f"Mill {number}", allow_fallback="true")
        assert shown["served"] == "placeholder"
    after = series_of(server, "breaker_open")
    series = {name: f"{before.get(name, 0)}x5 {number}x60" for name, number in after.items()}
    assert_pass([firing("EmberpeakQuotaOpen", series, is_faulty=True)], tmp_path)


def test_sees_a_budget_without_a_price(make_gemini_server: ServerFactory, tmp_path: Path) -> None:
    """Nothing is asked of anybody: only the figure tells."""
    server = make_gemini_server(monthly_budget_usd=20, gemini_image_size="2K")
    series = {name: f"{number}x60" for name, number in series_of(server, "breaker_open").items()}
    assert_pass([firing("EmberpeakQuotaOpen", series, is_faulty=True)], tmp_path)


def test_sees_the_first_failures_of_a_route(server: RunningServer, tmp_path: Path) -> None:
    """By the server's own figures: a series that begins with its first error has no rise."""
    server.client.get(f"{IMAGES}/search")
    before = series_of(server, "http_responses_total")
    execute(server.settings, "ALTER TABLE image_assets RENAME TO taken_away")
    for size in range(1, 4):  # each for the first time: what is ready is answered all the same
        page = {"page_size": str(size)}
        assert server.client.get(f"{IMAGES}/search", params=page).status_code == 503
    execute(server.settings, "ALTER TABLE taken_away RENAME TO image_assets")
    series = {
        name: f"{int(before[name])}x5 {int(number)}x20" if name in before else f"_x5 {number}x20"
        for name, number in series_of(server, "http_responses_total").items()
    }
    count = 'count(ALERTS{alertname="EmberpeakErrors"})'
    test = {
        "input_series": [{"series": one, "values": text} for one, text in series.items()],
        "promql_expr_test": [
            {"expr": count, "eval_time": "5m", "exp_samples": []},
            {"expr": count, "eval_time": "8m", "exp_samples": [{"labels": "{}", "value": 1}]},
        ],
    }
    assert_pass([test], tmp_path)


def test_counters_of_alerts_begin_at_zero(server: RunningServer) -> None:
    page = samples(server.client)
    counters = {
        name for rule in rules() for name in metrics_named(rule["expr"]) if name.endswith("_total")
    }
    assert "emberpeak_http_responses_total" in counters
    assert counters <= {name for name, _ in page}
    for route in ("/", f"{IMAGES}/{{image_id}}", "/game/{path}", "unmatched", "/metrics"):
        for status_class in ("2xx", "3xx", "4xx", "5xx"):
            labels = {"route": route, "status_class": status_class}
            assert figure(page, "http_responses_total", **labels) == 0, labels


def series_of(server: RunningServer, figure: str) -> dict[str, float]:
    """What a server shows of one figure, by names as Prometheus writes them."""
    return {
        f"{name}{{{','.join(f'{label}={json.dumps(value)}' for label, value in labels)}}}": number
        for (name, labels), number in samples(server.client).items()
        if name == f"emberpeak_{figure}"
    }


def test_each_fires_on_its_fault_alone(tmp_path: Path) -> None:
    tests = [
        firing(case.alert, case.faulty if is_faulty else case.sound, is_faulty=is_faulty)
        for case in CASES
        for is_faulty in (True, False)
    ]
    assert_pass(tests, tmp_path)


def firing(alert: str, series: Mapping[str, str], *, is_faulty: bool) -> Json:
    """A test that an alert fires on series within 20 minutes, and not at once; or not at all."""
    count = f'count(ALERTS{{alertname="{alert}",alertstate="firing"}})'
    expected = [{"labels": "{}", "value": 1}] if is_faulty else []
    return {
        "input_series": [{"series": name, "values": values} for name, values in series.items()],
        "promql_expr_test": [
            {"expr": count, "eval_time": "20m", "exp_samples": expected},
            {"expr": count, "eval_time": "0m", "exp_samples": []},
        ],
    }


def test_tells_no_backup_from_an_old_one(tmp_path: Path) -> None:
    (rule,) = (rule for rule in rules() if rule["alert"] == "EmberpeakBackupTooOld")
    name = "emberpeak_backup_last_success_timestamp_seconds"
    tests = []
    # promtool's clock begins at the epoch, and a backup that was never made is decades old.
    for made_at, words in (
        (-2_000_000_000, "There is no backup."),
        (-180_000, "The newest backup is 2d 2h 20m 0s old."),
    ):
        annotations = {"summary": words, "action": rule["annotations"]["action"]}
        alert = {"exp_labels": rule["labels"], "exp_annotations": annotations}
        expected = {"alertname": rule["alert"], "eval_time": "20m", "exp_alerts": [alert]}
        series = {"series": name, "values": f"{made_at}x60"}
        tests.append({"input_series": [series], "alert_rule_test": [expected]})
    assert_pass(tests, tmp_path)


def assert_pass(tests: list[Json], folder: Path) -> None:
    """Run tests of the rules, whose samples are a minute apart."""
    path = folder / "test.yml"
    content = {
        "rule_files": [str(RULES)],
        "evaluation_interval": "1m",
        "tests": [{"interval": "1m", **test} for test in tests],
    }
    path.write_text(json.dumps(content), "utf-8")
    ran = promtool("test", "rules", path)
    assert ran.returncode == 0, ran.stdout + ran.stderr
