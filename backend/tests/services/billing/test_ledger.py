"""The ledger: what is reserved, what counts, and which limit stops the next call."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from app.database.engine import Database
from app.errors import RateLimitError
from app.models import LedgerEntry
from app.services.billing.ledger import Ledger, Outcome
from app.services.billing.limits import Allowance, used_today
from app.services.generation.errors import ProviderNotConfiguredError
from app.services.players.identity import OPERATOR
from tests.support.generations import order_of

NOON = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
MODEL = "gemini-nano-banana-2.1"
PRICE_USD = Decimal("0.0336")


def ledger(
    *, per_day: int = 1000, per_player: int = 1000, usd: str | None = None, model: str = MODEL
) -> Ledger:
    return Ledger(Allowance(per_day, per_player, Decimal(usd) if usd else None), model, None)


def reserve(
    database: Database, of: Ledger, now: datetime = NOON, owner: str = "here", **facts: Any
) -> int:
    with database.unit_of_work() as session:
        return of.reserve(session, order_of("scene|mill", **facts), owner, now).id


def reserve_until_refused(database: Database, of: Ledger, **facts: Any) -> tuple[int, str]:
    """How many calls were let through, and why no more."""
    made: list[int] = []

    def go_on() -> None:
        while len(made) < 500:
            made.append(reserve(database, of, **facts))

    with pytest.raises(RateLimitError) as caught:
        go_on()
    assert caught.value.retry_after
    assert caught.value.detail
    return len(made), str(caught.value.detail["reason"])


def settle(database: Database, of: Ledger, entry: int, outcome: Outcome) -> None:
    with database.unit_of_work() as session:
        of.settle(session, entry, outcome, now=NOON)


class TestDay:
    @pytest.mark.parametrize("limit", [0, 1, 7])
    def test_exactly_as_many_as_allowed(self, limit: int, database: Database) -> None:
        found = reserve_until_refused(database, ledger(per_day=limit))
        assert found == (limit, "daily_limit")

    def test_never_one_more_under_threads(self, database: Database) -> None:
        of = ledger(per_day=10)

        def try_one(_: int) -> bool:
            try:
                reserve(database, of)
            except RateLimitError:
                return False
            return True

        with ThreadPoolExecutor(8) as threads:
            assert sum(threads.map(try_one, range(60))) == 10

    def test_failed_call_gives_its_place_back(self, database: Database) -> None:
        of = ledger(per_day=1)
        settle(database, of, reserve(database, of), "failed")
        assert reserve_until_refused(database, of)[0] == 1

    @pytest.mark.parametrize("outcome", ["ok", "unknown"])
    def test_what_may_have_been_billed_counts(self, outcome: Outcome, database: Database) -> None:
        of = ledger(per_day=1)
        settle(database, of, reserve(database, of), outcome)
        assert reserve_until_refused(database, of)[0] == 0

    def test_what_brought_a_picture_stays_so(self, database: Database) -> None:
        """Its task was given up in the moment of storing, and settles once more."""
        of = ledger()
        entry = reserve(database, of)
        for outcome in ("ok", "unknown", "failed"):
            settle(database, of, entry, outcome)
        with database.reading() as session:
            assert session.scalars(select(LedgerEntry.outcome)).all() == ["ok"]

    def test_next_day_in_utc(self, database: Database) -> None:
        of = ledger(per_day=1)
        late = NOON.replace(hour=23, minute=59, second=50)
        reserve(database, of, late)
        with pytest.raises(RateLimitError) as caught:
            reserve(database, of, late)
        assert caught.value.retry_after == 10
        reserve(database, of, late + timedelta(seconds=10))

    @pytest.mark.parametrize("outcome", ["ok", "failed", "unknown"])
    def test_call_over_midnight_counts_for_the_day_it_began(
        self, outcome: Outcome, database: Database
    ) -> None:
        of = ledger(per_day=2)
        late = NOON.replace(hour=23, minute=59, second=59)
        entry = reserve(database, of, late)
        with database.unit_of_work() as session:
            of.settle(session, entry, outcome, now=late + timedelta(seconds=2))
            today, tomorrow = late.date(), (late + timedelta(seconds=2)).date()
            assert used_today(session, today) == (0 if outcome == "failed" else 1)
            assert used_today(session, tomorrow) == 0

    def test_day_is_that_of_utc_whatever_the_zone(self, database: Database) -> None:
        of = ledger(per_day=1)
        reserve(database, of, NOON.astimezone(timezone(timedelta(hours=14))))
        with pytest.raises(RateLimitError) as caught:
            reserve(database, of, NOON.astimezone(timezone(timedelta(hours=-11))))
        assert caught.value.retry_after == 12 * 3600

    @pytest.mark.parametrize(("limit", "usable"), [(200, 180), (10, 9), (5, 4), (1, 0)])
    def test_last_tenth_is_not_for_the_operators_jobs(
        self, limit: int, usable: int, database: Database
    ) -> None:
        of = ledger(per_day=limit)
        jobs = {"is_low_priority": True, "client": OPERATOR, "player_hash": None}
        assert reserve_until_refused(database, of, **jobs) == (usable, "daily_limit")
        assert reserve_until_refused(database, of)[0] == limit - usable

    @pytest.mark.parametrize(("limit", "usable"), [(200, 100), (10, 5), (5, 2), (1, 0)])
    def test_half_is_not_for_what_players_have_painted_ahead(
        self, limit: int, usable: int, database: Database
    ) -> None:
        of = ledger(per_day=limit)
        for number in range(usable):
            reserve(database, of, is_low_priority=True, client=f"10.0.0.{number}")
        assert reserve_until_refused(database, of, is_low_priority=True) == (0, "daily_limit")
        reserve(database, of, is_low_priority=limit > 1, client=OPERATOR, player_hash=None)
        assert reserve_until_refused(database, of)[0] == limit - usable - 1


class TestPlayer:
    def test_one_player(self, database: Database) -> None:
        of = ledger(per_player=2)
        assert reserve_until_refused(database, of) == (2, "player_limit")
        reserve(database, of, player_hash="bob")

    @pytest.mark.parametrize("player", ["ann", None])
    def test_low_priority_counts_and_takes_half_of_one_players(
        self, player: str | None, database: Database
    ) -> None:
        """One address has no more of them, however many cookies it throws away."""
        of = ledger(per_player=5)
        ahead = {"is_low_priority": True, "player_hash": player}
        assert reserve_until_refused(database, of, **ahead) == (3, "player_limit")
        reserve(database, of, is_low_priority=True, client="10.0.0.2", player_hash="bob")
        left = 2 if player else 3 * 5 - 3
        assert reserve_until_refused(database, of, player_hash=player)[0] == left

    def test_address_that_throws_its_cookies_away(self, database: Database) -> None:
        of = ledger(per_player=2)
        for number in range(6):
            reserve(database, of, player_hash=f"new {number}")
        with pytest.raises(RateLimitError) as caught:
            reserve(database, of, player_hash="new 6")
        assert caught.value.detail == {"reason": "player_limit", "limit": 6}
        assert caught.value.message.startswith("Your network address has caused today's 6 new")
        reserve(database, of, player_hash="new 6", client="10.0.0.2")

    def test_message_of_the_player(self, database: Database) -> None:
        of = ledger(per_player=2)
        for _ in range(2):
            reserve(database, of)
        with pytest.raises(RateLimitError) as caught:
            reserve(database, of, client="10.0.0.2")
        assert caught.value.detail == {"reason": "player_limit", "limit": 2}
        assert caught.value.message.startswith("You have caused today's 2 new")

    def test_operators_jobs_count_for_no_player(self, database: Database) -> None:
        of = ledger(per_player=1, per_day=9)
        for _ in range(5):
            reserve(database, of, client=OPERATOR, player_hash=None)
        assert reserve_until_refused(database, of) == (1, "player_limit")
        found = reserve_until_refused(database, of, client=OPERATOR, player_hash=None)
        assert found == (3, "daily_limit")

    def test_without_a_cookie(self, database: Database) -> None:
        assert reserve_until_refused(database, ledger(per_player=1), player_hash=None)[0] == 3

    def test_none_allowed(self, database: Database) -> None:
        assert reserve_until_refused(database, ledger(per_player=0)) == (0, "player_limit")


class TestBudget:
    @pytest.mark.parametrize(
        ("usd", "calls"), [("0", 0), ("0.0335", 0), ("0.0336", 1), ("0.1008", 3), ("0.13", 3)]
    )
    def test_to_the_millionth(self, usd: str, calls: int, database: Database) -> None:
        assert reserve_until_refused(database, ledger(usd=usd)) == (calls, "budget")

    def test_failed_calls_cost_nothing(self, database: Database) -> None:
        of = ledger(usd="0.04")
        settle(database, of, reserve(database, of), "failed")
        settle(database, of, reserve(database, of), "unknown")
        assert reserve_until_refused(database, of)[0] == 0

    def test_next_month(self, database: Database) -> None:
        of = ledger(usd="0.04")
        reserve(database, of)
        with pytest.raises(RateLimitError) as caught:
            reserve(database, of)
        assert caught.value.retry_after == 12 * 3600
        reserve(database, of, NOON + timedelta(hours=12))

    def test_unknown_price_refuses(self, database: Database) -> None:
        with pytest.raises(ProviderNotConfiguredError) as caught:
            reserve(database, ledger(usd="100", model="brand-new"))
        assert caught.value.status == 503
        assert caught.value.detail == {
            "reason": "unknown_price",
            "model": "brand-new",
            "size": "1K",
        }

    def test_unknown_price_without_a_budget(self, database: Database) -> None:
        reserve(database, ledger(model="brand-new"))


class TestAbandoned:
    @pytest.fixture
    def of(self) -> Ledger:
        return ledger()

    def outcome(self, database: Database, entry: int) -> str:
        with database.reading() as session:
            row = session.get(LedgerEntry, entry)
            assert row is not None
            return row.outcome

    def settle(self, database: Database, of: Ledger, *living: str) -> int:
        with database.unit_of_work() as session:
            return of.settle_abandoned(session, living.__contains__, NOON)

    def test_owner_that_is_dead(self, database: Database, of: Ledger) -> None:
        entry = reserve(database, of)
        assert self.settle(database, of, "there") == 1
        assert self.outcome(database, entry) == "unknown"

    def test_owner_that_lives_is_left_alone(self, database: Database, of: Ledger) -> None:
        entry = reserve(database, of)
        reserve(database, of, owner="there")
        assert self.settle(database, of, "here") == 1
        assert self.outcome(database, entry) == "reserved"

    def test_what_is_settled_stays(self, database: Database, of: Ledger) -> None:
        entry = reserve(database, of)
        settle(database, of, entry, "failed")
        assert self.settle(database, of) == 0
        assert self.outcome(database, entry) == "failed"

    def test_owner_that_was_only_slow_has_the_last_word(
        self, database: Database, of: Ledger
    ) -> None:
        entry = reserve(database, of)
        self.settle(database, of)
        settle(database, of, entry, "ok")
        assert self.outcome(database, entry) == "ok"
