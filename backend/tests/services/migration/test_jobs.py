"""Twins are one image; what one lacks another may have."""

import hashlib
from datetime import UTC, datetime
from typing import Any

from app.domain import SceneSetting, SubjectType
from app.services.migration.offers import Offer
from app.services.migration.preparation import group_offers
from tests.support.legacy_dumps import bare, data_uri, picture

FIRST, LATER = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)
NIGHT, DAY = SceneSetting("Mill", "night", "fog"), SceneSetting("Mill", "day", "fog")


def offer(key: str = "k", seed: int = 0, **fields: Any) -> Offer:
    values = {
        "subject_type": SubjectType.ITEM,
        "subject_name": "Rope",
        "payload": bare(picture(seed)),
        **fields,
    }
    return Offer(key=key, **values)


def test_same_bytes_of_one_subject_are_one_job() -> None:
    other_writing = data_uri(picture(0))
    offers = [offer("a"), offer("b", seed=1), offer("c", payload=other_writing)]
    jobs, bad = group_offers(offers)
    assert not bad
    assert [[found.key for found in job.offers] for job in jobs] == [["a", "c"], ["b"]]
    assert jobs[0].source_hash == hashlib.sha256(picture(0)).hexdigest()
    assert jobs[0].source_bytes == len(picture(0))


def test_same_bytes_of_two_subjects_are_two_jobs() -> None:
    offers = [
        offer(),
        offer(subject_name="rope"),
        offer(subject_type=SubjectType.SCENE, setting=NIGHT),
    ]
    assert len(group_offers(offers)[0]) == 3


def test_entries_that_cannot_be_decoded_are_apart() -> None:
    jobs, bad = group_offers([offer("a", payload=""), offer("b"), offer("c", payload="A")])
    assert len(jobs) == 1
    assert [entry.key for entry in bad] == ["a", "c"]


def test_a_twin_fills_in_what_another_lacks() -> None:
    [job], _ = group_offers(
        [
            offer(created_at=LATER, use_count=1, last_used=FIRST),
            offer(created_at=FIRST, use_count=7, custom_prompt="a", prompt="p"),
            offer(last_used=LATER, custom_prompt="b", is_featured=True),
        ]
    )
    assert (job.created_at, job.last_used, job.use_count) == (FIRST, LATER, 7)
    assert (job.style, job.prompt, job.is_featured) == ("a", "p", True)
    assert job.starred_at is None


def test_nothing_told() -> None:
    [job], _ = group_offers([offer(), offer()])
    assert (job.created_at, job.last_used, job.use_count) == (None, None, 0)
    assert (job.style, job.prompt, job.is_featured, job.scenes) == (None, "", False, {})


def test_dates_of_stars_and_scenes_are_those_of_their_own_entries() -> None:
    kind = SubjectType.SCENE
    [job], _ = group_offers(
        [
            offer(subject_type=kind, setting=NIGHT, created_at=FIRST),
            offer(subject_type=kind, setting=DAY, created_at=LATER, is_featured=True),
            offer(subject_type=kind, setting=NIGHT),
        ]
    )
    assert job.scenes == {NIGHT: FIRST, DAY: LATER}
    assert job.starred_at == LATER
