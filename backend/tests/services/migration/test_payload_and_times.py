"""Base64 and times as old browsers hold them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from app.services.migration.offers import fill_gaps, read_time, time_of_id
from app.services.migration.preparation import decode_payload
from app.services.storage import InvalidImageError
from tests.support.legacy_dumps import bare, data_uri, picture

DATA = picture()


class TestPayload:
    @pytest.mark.parametrize(
        "text",
        [
            bare(DATA),
            data_uri(DATA),
            f"data:;base64,{bare(DATA)}",
            f"DATA:image/png;charset=x;base64,{bare(DATA)}",
            f"  {data_uri(DATA)}\n",
            "\r\n".join(bare(DATA)[start : start + 76] for start in range(0, len(DATA) * 2, 76)),
        ],
    )
    def test_decodes(self, text: str) -> None:
        assert decode_payload(text) == DATA

    @pytest.mark.parametrize("text", ["", "  ", "data:image/webp;base64,", "data:,", "data:,\n"])
    def test_empty(self, text: str) -> None:
        with pytest.raises(InvalidImageError) as caught:
            decode_payload(text)
        assert caught.value.detail == {"reason": "empty"}

    @pytest.mark.parametrize(
        "text",
        ["A", bare(DATA)[:-1] + "é", bare(DATA)[:101], "AAAA=AAA", "\0", "<b>", "\U0001f600"],
    )
    def test_no_base64(self, text: str) -> None:
        with pytest.raises(InvalidImageError) as caught:
            decode_payload(text)
        assert caught.value.detail == {"reason": "not_base64"}


class TestReadTime:
    @pytest.mark.parametrize(
        ("text", "time"),
        [
            ("2026-11-22T23:18:02.896Z", datetime(2026, 11, 22, 23, 18, 2, 896000, UTC)),
            ("2026-11-22T23:18:02", datetime(2026, 11, 22, 23, 18, 2, tzinfo=UTC)),
            ("2026-11-23T01:18:02+02:00", datetime(2026, 11, 22, 23, 18, 2, tzinfo=UTC)),
        ],
    )
    def test_reads(self, text: str, time: datetime) -> None:
        assert read_time(text) == time

    @pytest.mark.parametrize(
        "value",
        [
            None, 5, "", "yesterday", "2026-13-01", "0001-01-01T00:00:00+14:00",
            "9999-12-31T23:59:59-12:00", "1969-12-31T23:59:59Z", "\0", "9" * 10_000, ["x"],
        ],
    )  # fmt: skip
    def test_reads_nothing(self, value: object) -> None:
        assert read_time(value) is None

    def test_gives_utc(self) -> None:
        read = read_time(datetime(2026, 1, 1, tzinfo=timezone(timedelta(hours=5))).isoformat())
        assert read is not None
        assert read.utcoffset() == timedelta(0)

    def test_future_becomes_now(self) -> None:
        before = datetime.now(UTC)
        read = read_time("2099-01-01T00:00:00Z")
        assert read is not None
        assert before <= read <= datetime.now(UTC)


class TestTimeOfId:
    def test_milliseconds(self) -> None:
        time = datetime(2026, 11, 22, 23, 18, 2, 568000, UTC)
        assert time_of_id(f"img_{int(time.timestamp() * 1000)}_bao6d8tiv") == time

    @pytest.mark.parametrize(
        "value",
        [
            None,
            3,
            "img_",
            "img_12_x",
            "x_1795389482568_a",
            "img_99999999999999999_a",
            "img_²²²²²²²²²²²²²_a",
        ],
    )
    def test_none(self, value: object) -> None:
        assert time_of_id(value) is None


class TestFillGaps:
    def test_takes_the_neighbours(self) -> None:
        first, second = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)
        assert fill_gaps([None, first, None, second, None]) == [first, first, first, second, second]

    def test_nothing_known(self) -> None:
        assert fill_gaps([]) == []
        assert fill_gaps([None, None]) == [None, None]
