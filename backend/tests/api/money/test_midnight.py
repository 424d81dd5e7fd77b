"""The border of a day and of a month, which is that of UTC for every process."""

from collections import Counter
from datetime import UTC, datetime, timedelta

from tests.api.money.conftest import StartProcess
from tests.api.money.test_single_flight import ask_all
from tests.conftest import ServerFactory
from tests.support.errors import assert_error
from tests.support.gemini_answers import SMALL
from tests.support.gemini_standin import GeminiStandin
from tests.support.ledger import outcomes
from tests.support.library import MAINTENANCE, SCENES, ask_scene, execute, scene_asked
from tests.support.running_server import RunningServer


def move_calls(server: RunningServer, days: int) -> None:
    """Let every call have been made so many days ago."""
    day = (datetime.now(UTC) - timedelta(days=days)).date().isoformat()
    execute(server.settings, "UPDATE ledger SET day = ?", day)


def test_processes_in_different_zones_share_one_day(
    start_process: StartProcess, gemini: GeminiStandin
) -> None:
    gemini.answer_always(SMALL)
    # Their clocks on the wall never show the same date.
    zones = ("Pacific/Kiritimati", "Pacific/Pago_Pago")
    servers = [start_process(DAILY_IMAGE_LIMIT="3", TZ=zone) for zone in zones]
    asks = [scene_asked(f"Place {number}") for number in range(20)]
    answers = ask_all([server.url for server in servers], asks)
    assert Counter(answer.status_code for answer in answers) == {200: 3, 429: 17}
    assert len(gemini.calls) == 3
    assert outcomes(servers[0].settings) == {"ok": 3}
    for server in servers:
        answer = server.client.post(f"{SCENES}/generate", params={"location": "Ford"})
        assert_error(answer, 429, "daily_limit")
        resumes = datetime.now(UTC) + timedelta(seconds=int(answer.headers["Retry-After"]))
        midnight = resumes.replace(hour=0, minute=0, second=0, microsecond=0)
        assert resumes - midnight < timedelta(minutes=5), "Retry-After leads to midnight in UTC"
        report = server.client.get(f"{MAINTENANCE}/spending").json()
        assert (report["calls_today"], report["calls_left_today"]) == (3, 0)


def test_limits_of_a_day_begin_anew(
    make_gemini_server: ServerFactory, gemini: GeminiStandin
) -> None:
    server = make_gemini_server(daily_image_limit=3, player_daily_image_limit=1)
    gemini.answer_always(SMALL)
    ask_scene(server.client, "Mill")
    answer = server.client.post(f"{SCENES}/generate", params={"location": "Ford"})
    assert_error(answer, 429, "player_limit")
    move_calls(server, days=1)
    assert ask_scene(server.client, "Ford")["served"] == "generated"
    report = server.client.get(f"{MAINTENANCE}/spending").json()
    assert [line["calls"] for line in report["lines"]] == [1, 1]
    assert (report["calls_today"], report["calls_left_today"]) == (1, 2)


def test_prices_are_of_what_was_asked(
    make_gemini_server: ServerFactory, gemini: GeminiStandin
) -> None:
    """Of the configured model, and of those in the report's lines; not of all there are."""
    server = make_gemini_server(gemini_model="gemini-3-pro-image")

    def priced() -> set[str]:
        report = server.client.get(f"{MAINTENANCE}/spending").json()
        return {price["model"] for price in report["prices"]}

    assert priced() == {"gemini-3-pro-image"}
    gemini.answer_always(SMALL)
    ask_scene(server.client, "Mill")
    execute(server.settings, "UPDATE ledger SET model = 'gemini-2.5-flash-image'")
    assert priced() == {"gemini-3-pro-image", "gemini-2.5-flash-image"}


def test_budget_begins_anew_with_the_month_and_not_with_the_day(
    make_gemini_server: ServerFactory, gemini: GeminiStandin
) -> None:
    server = make_gemini_server(monthly_budget_usd="0.04")
    gemini.answer_always(SMALL)
    ask_scene(server.client, "Mill")
    of_month = datetime.now(UTC).day
    move_calls(server, days=of_month - 1)
    answer = server.client.post(f"{SCENES}/generate", params={"location": "Ford"})
    assert_error(answer, 429, "budget")
    move_calls(server, days=of_month)
    assert ask_scene(server.client, "Ford")["served"] == "generated"
    assert server.client.get(f"{MAINTENANCE}/spending").json()["month_usd"] == 0.0336
